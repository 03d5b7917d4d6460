"""Compares an entry of the file with a shape: every fault, with its line, in words for instructors.

pydantic finds the faults, all at once. The sentences are written here, from the place of pydantic's error and the JSON
Schema of the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from grader.rubric.problems import Problem, Schema, briefly, example, expected, nearest, one_of, shown
from grader.rubric.yaml_text import Entry

LONGEST_SHOWN = 40  # characters of a text that a message repeats

ShapeType = TypeVar("ShapeType", bound=BaseModel)

# Prefix of the tags by which a union tells its ways of writing apart. No key of the file begins with it.
FORM = "form:"

# Lists of the file whose members have a name of their own in messages.
_MEMBERS = {"checks": "check", "questions": "question", "criteria": "criterion", "misconceptions": "misconception"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file something stands, as a message names it: "check `server.ends`, step 3 (`send`)"."""

    names: tuple[str, ...] = ()

    def inner(self, name: str) -> Place:
        """Return the place of a member."""
        return Place((*self.names, name))

    def naming(self, name: str) -> Place:
        """Return the same place with a name added in brackets."""
        return Place((*self.names[:-1], f"{self.names[-1]} (`{name}`)"))

    def problem(self, line: int, message: str) -> Problem:
        """Return a problem of this place."""
        return Problem(line, f"{', '.join(self.names)}: {message}" if self.names else message)


def member(kind: str, entry: Entry, index: int) -> str:
    """Return how a message names a member of a list: by its id where it has one, else by its number."""
    name = entry.get("id").value
    return f"{kind} `{name[:60]}`" if isinstance(name, str) and name.isprintable() else f"{kind} {index + 1}"


def validate(shape: type[ShapeType], entry: Entry) -> ShapeType | None:
    """Return the entry as its shape, or None when it does not fit."""
    try:
        return shape.model_validate(entry.plain())
    except ValidationError:
        return None


def faults(shape: type[BaseModel], entry: Entry, place: Place) -> Iterator[Problem]:
    """Yield every fault that pydantic finds in an entry."""
    try:
        shape.model_validate(entry.plain())
    except ValidationError as error:
        schema = _schema(shape)
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            yield _fault(detail["type"], detail["loc"], _Finding(entry, schema, place))


@dataclass(frozen=True, slots=True)
class _Finding:
    """An entry that was validated, the schema of its shape, and where the entry stands."""

    entry: Entry
    schema: Schema
    place: Place


def _fault(kind: str, location: Sequence[str | int], finding: _Finding) -> Problem:
    schema = _schema_at(finding.schema, location)
    path = [part for part in location if not _is_form(part)]
    parent, last = path[:-1], path[-1] if path else ""
    entry = _follow(finding.entry, path)
    place, dotted = _name(finding.entry, path, finding.place)
    if kind == "missing":
        line = _follow(finding.entry, parent).line
        return place.problem(line, f"`{dotted}` is missing. Add {briefly(schema)}{example(str(last), schema)}.")
    if kind == "extra_forbidden":
        return _unknown(finding, parent, str(last), _schema_at(finding.schema, location[:-1]))
    what = f"`{dotted}` is" if dotted else "this is"
    told = f"{what} {shown(entry.plain())}; expected {expected(schema)}{example(str(last), schema)}."
    return place.problem(entry.line, told + _advice(entry, schema))


def _is_form(part: str | int) -> bool:
    """Return whether a part of pydantic's path is the tag of a way of writing, not a key of the file."""
    return isinstance(part, str) and part.startswith(FORM)


def _unknown(finding: _Finding, parent: Sequence[str | int], name: str, schema: Schema) -> Problem:
    place, dotted = _name(finding.entry, parent, finding.place)
    known = list(_properties(schema))
    owner = f" in `{dotted}`" if dotted else ""
    line = _follow(finding.entry, parent).key_lines.get(name, finding.entry.line)
    keys = (
        f"Keys here are {one_of(known, joined='and')}." if len(known) > 1 else f"The only key here is {one_of(known)}."
    )
    return place.problem(line, f"unknown key {shown(name)}{owner}.{nearest(name, known)} {keys}")


def _properties(schema: Schema) -> Mapping[str, Any]:
    """Return the keys of a fragment, or of the first of its branches that has keys."""
    branches = [schema, *schema.get("oneOf", []), *schema.get("anyOf", [])]
    return next((branch["properties"] for branch in branches if branch.get("properties")), {})


def _advice(entry: Entry, schema: Schema) -> str:
    """Return a last sentence of advice for slips that are common in YAML, or ""."""
    keys = _keys(schema)
    if isinstance(entry.value, str):
        meant = nearest(entry.value, [str(name) for name in _names(schema)])
        meant = meant or _as_value(entry.value, schema)
        return meant or _as_number(entry.text, schema) or (_as_text(entry) if "text" in keys else "")
    if isinstance(entry.value, dict) and keys:
        joined = next((f" Put a blank behind the colon of `{key}:`." for key in keys for name in entry.mapping()
                       if name.startswith(f"{key}:")), "")  # fmt: skip
        return joined or next(filter(None, (nearest(key, keys) for key in entry.mapping() if key not in keys)), "")
    if entry.value is None and keys:
        return " What belongs to it stands behind its colon, or on the next lines, indented further."
    if schema.get("type") != "string":
        return ""
    if entry.value is None:
        return " Put a text that begins with `#` in quotes."
    if isinstance(entry.value, dict | list):
        return " Put quotes around a text that holds a colon or begins with a bracket."
    return f' Put it in quotes: `"{entry.text}"`.' if entry.text else ""


def _as_number(text: str, schema: Schema) -> str:
    """Return how to write a number that was written as text."""
    if schema.get("type") not in ("number", "integer"):
        return ""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return f" Write it without quotes: `{text}`." if not text.startswith("0") else ""
    decimal = re.fullmatch(r"(\d+),(\d+)", text)
    return f" Write `{decimal[1]}.{decimal[2]}`." if decimal else ""


def _as_value(word: str, schema: Schema) -> str:
    """Return how to write a word that needs a key before it, such as `upper` in `{sent: upper}`."""
    for branch in schema.get("oneOf", []):
        for key, inner in branch.get("properties", {}).items():
            if word in inner.get("enum", []):
                return f" Did you mean `{{{key}: {word}}}`?"
    return ""


def _as_text(entry: Entry) -> str:
    """Return how to write a text where the way of writing has to be named: `{text: …}`."""
    written = json.dumps(entry.text, ensure_ascii=False)
    return f" A text is written `{{text: {written}}}`." if len(entry.text) <= LONGEST_SHOWN else ""


def _names(schema: Schema) -> list[Any]:
    """Return the words that a fragment allows."""
    branches = schema.get("oneOf") or schema.get("anyOf") or []
    own = [*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]
    return own + [name for branch in branches for name in _names(branch)]


def _keys(schema: Schema) -> list[str]:
    """Return the keys that a fragment's ways of writing have."""
    return [name for branch in schema.get("oneOf", []) for name in branch.get("properties", {})]


def _follow(entry: Entry, path: Sequence[str | int]) -> Entry:
    """Return the entry at a path, or the last entry that exists on the way to it."""
    for part in path:
        found = entry.mapping().get(part) if isinstance(part, str) else _item(entry, part)
        if found is None:
            return entry
        entry = found
    return entry


def _item(entry: Entry, index: int) -> Entry | None:
    return entry.items()[index] if index < len(entry.items()) else None


def _name(entry: Entry, path: Sequence[str | int], place: Place) -> tuple[Place, str]:
    """Return the place of the innermost list member on a path, and the keys below: "check `a`" and "run.server"."""
    keys: list[str] = []
    for depth, part in enumerate(path):
        if isinstance(part, str):
            keys.append(part)
            continue
        kind = _MEMBERS.get(keys[-1]) if keys else None
        if kind:
            place, keys = place.inner(member(kind, _follow(entry, path[: depth + 1]), part)), []
        else:
            place = place.inner(f"item {part + 1} of `{'.'.join(keys)}`")
            keys = []
    return place, ".".join(keys)


# --- the schema's side ----------------------------------------------------------------------------------------------


@cache
def _schema(shape: type[BaseModel]) -> Mapping[str, Any]:
    return shape.model_json_schema()


def _schema_at(root: Schema, path: Sequence[str | int]) -> Schema:
    """Return the fragment of a JSON Schema for the value at a path; {} where the schema says nothing."""
    fragment = _resolve(root, root)
    for part in path:
        fragment = _step_down(root, fragment, part)
    return _with_branches(root, fragment)


def _step_down(root: Schema, fragment: Schema, part: str | int) -> Schema:
    """Return the fragment one level down, from the first branch that has it; for a tag, the branch that it names."""
    if _is_form(part):
        key = str(part).removeprefix(FORM)
        branches = [_resolve(root, branch) for branch in fragment.get("oneOf", [])]
        return next((branch for branch in branches if key in branch.get("properties", {})), fragment)
    for branch in [fragment, *fragment.get("oneOf", []), *fragment.get("anyOf", [])]:
        option = _resolve(root, branch)
        inner = option.get("items") if isinstance(part, int) else option.get("properties", {}).get(part)
        inner = inner or (option.get("additionalProperties") if isinstance(part, str) else None)
        if isinstance(inner, Mapping):
            return _resolve(root, inner)
    return {}


def _resolve(root: Schema, fragment: Schema) -> Schema:
    """Return a fragment with its reference followed. If only one branch is not null, that branch is merged in."""
    if "$ref" in fragment:
        target = root["$defs"][fragment["$ref"].rsplit("/", 1)[1]]
        fragment = {**target, **{name: value for name, value in fragment.items() if name != "$ref"}}
    branches = [branch for branch in fragment.get("anyOf", []) if branch.get("type") != "null"]
    if len(branches) == 1:
        rest = {name: value for name, value in fragment.items() if name != "anyOf"}
        return {**_resolve(root, branches[0]), **rest}
    return fragment


def _with_branches(root: Schema, fragment: Schema) -> Schema:
    """Return a fragment whose branches have their references followed, so that they can be put in words."""
    for name in ("oneOf", "anyOf"):
        if name in fragment:
            fragment = {**fragment, name: [_resolve(root, branch) for branch in fragment[name]]}
    return fragment
