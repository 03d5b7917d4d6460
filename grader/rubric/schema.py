"""The JSON Schema of rubric.yaml, for editors: `rubric.schema.json`. Generated from the shapes that check the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.rubric.shape import RubricShape
from grader.rubric.steps import STEPS


def json_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12) as plain values, the same on every call."""
    schema = RubricShape.model_json_schema()
    definitions = schema["$defs"]
    for spec in STEPS.values():
        if spec.shape is not None:
            own = spec.shape.model_json_schema()
            definitions.update(own.pop("$defs", {}))
            definitions[spec.shape.__name__] = own
    definitions["CheckShape"]["properties"]["conversation"]["items"] = {"$ref": "#/$defs/Step"}
    definitions["Step"] = {"anyOf": [*_steps(), *_steps_of_a_pair()]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_without_noise(schema),
        "$defs": {name: _without_noise(definitions[name]) for name in sorted(definitions)},
    }


def _steps() -> list[dict[str, Any]]:
    bare = [{"const": name, "description": spec.summary} for name, spec in STEPS.items() if spec.shape is None]
    shapes = [{"$ref": f"#/$defs/{spec.shape.__name__}"} for spec in STEPS.values() if spec.shape is not None]
    return bare + shapes


def _steps_of_a_pair() -> list[dict[str, Any]]:
    inner = {"anyOf": _expectations_of_a_pair()}
    return [
        {
            "type": "object",
            "description": f"What is expected of the {role} of a pair.",
            "properties": {role: inner},
            "required": [role],
            "additionalProperties": False,
        }
        for role in ("client", "server")
    ]


def _expectations_of_a_pair() -> list[dict[str, Any]]:
    specs = [(name, spec) for name, spec in STEPS.items() if "pair" in spec.sides and spec.expects]
    return [
        {"const": name, "description": spec.summary}
        if spec.shape is None
        else {"$ref": f"#/$defs/{spec.shape.__name__}"}
        for name, spec in specs
    ]


def _without_noise(fragment: Any) -> Any:
    """Return a fragment without the titles that pydantic makes from key names, and without `null` as a value."""
    if isinstance(fragment, list):
        return [_without_noise(item) for item in fragment]
    if not isinstance(fragment, dict):
        return fragment
    branches = [branch for branch in fragment.get("anyOf", []) if branch != {"type": "null"}]
    if len(branches) == 1:
        fragment = {**branches[0], **{name: value for name, value in fragment.items() if name != "anyOf"}}
    return {name: _without_noise(value) for name, value in _telling(fragment)}


def _telling(fragment: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fragment.items():
        if name == "title" and isinstance(value, str):
            continue
        if name in ("default", "const") and value is None:
            continue
        yield name, value
