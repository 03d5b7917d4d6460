"""What an instructor reads when a rubric cannot be used: one line for each fault, ending in what to write instead.

The sentences are made from the JSON Schema that editors use, so that "a whole number from 1024 to 65535, e.g.
`port: 65432`" is defined in one place only: the field in `shape.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

# What a value of a given JSON Schema `format` is, in words. These formats are the grader's own; editors ignore them.
_FORMATS = {
    "points": "a whole number or a decimal with at most two places",
    "check-id": "`server.`, `client.` or `pair.` followed by lower-case letters, digits and `-`",
    "id": "lower-case letters, digits and `-`",
    "hex": 'pairs of hexadecimal digits in quotes, such as `"00 ff"`',
    "loopback": "a loopback address (127.x.x.x), each program having a network of its own",
    "file-name": "the name of a file, without a folder",
    "program-name": "the name of a Python file, without a folder",
}

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "keys with values",
    "null": "nothing",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a rubric. `line` is 1-based; 0 means the whole file. `message`: what is wrong, and what to do."""

    line: int
    message: str

    def in_file(self, name: str) -> str:
        """Return the line that is printed: file, line, what is wrong and what was expected."""
        return f"{name}, line {self.line}: {self.message}" if self.line else f"{name}: {self.message}"


def nearest(word: str, names: Iterable[str]) -> str:
    """Return " Did you mean `…`?" for the name closest to `word`, or "" when none is close.

    A name that ends in the word is left out, as it is mostly the opposite: `nonzero` for `zero`.
    """
    meant = word.lower()[:100]
    possible = [name for name in names if name == meant or not name.endswith(meant)]
    found = difflib.get_close_matches(meant, possible, n=1, cutoff=0.6)
    return f" Did you mean `{found[0]}`?" if found else ""


def one_of(names: Sequence[str], *, joined: str = "or") -> str:
    """Return the names as a phrase: "`a`, `b` or `c`". There must be at least one."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joined} {quoted[-1]}"


def shown(value: object) -> str:
    """Return how a message names a value of the file, short enough for one line."""
    match value:
        case None:
            return "empty"
        case Mapping():
            return "keys with values" if value else "empty"
        case list():
            return "a list" if value else "an empty list"
        case bool():
            return f"`{str(value).lower()}`"
        case _:
            text = str(value)
            if not text:
                return "empty"
            short = text if len(text) <= 40 else text[:40] + "…"
            return f"`{short}`" if short.isprintable() else repr(short)


def expected(schema: Schema) -> str:
    """Return in words what a fragment of a JSON Schema asks for: "a whole number from 1 to 255"."""
    if "format" in schema:
        return _FORMATS[schema["format"]] + _range(schema)
    if "enum" in schema:
        return one_of([str(name) for name in schema["enum"]])
    if "const" in schema:
        return f"`{schema['const']}`"
    branches = schema.get("oneOf") or schema.get("anyOf")
    if branches:
        return " or ".join(dict.fromkeys(_branch(branch) for branch in branches if branch.get("type") != "null"))
    return _TYPES.get(schema.get("type", ""), "something else") + _range(schema)


def briefly(schema: Schema) -> str:
    """Return what a missing value should be, without its bounds; the message goes on with an example."""
    if schema.get("format") == "points":
        return "a whole number"
    return _TYPES[schema["type"]] if schema.get("type") in _TYPES else expected(schema)


def _branch(schema: Schema) -> str:
    """Return one way of writing a value: its keys when it is written with keys, else `expected`."""
    if schema.get("type") != "object":
        return expected(schema)
    required = schema.get("required") or list(schema.get("properties", {}))
    return f"`{{{', '.join(f'{key}: …' for key in required)}}}`"


def _range(schema: Schema) -> str:
    if "exclusiveMinimum" in schema:
        return f" above {schema['exclusiveMinimum']:g} and at most {schema['maximum']:g}"
    if "minimum" in schema:
        return f" from {schema['minimum']} to {schema['maximum']}"
    return " with at least one item" if schema.get("minItems") else ""


def example(key: str, schema: Schema) -> str:
    """Return ", e.g. `points: 3`" when the schema has an example to show, else ""."""
    return f", e.g. `{key}: {schema['examples'][0]}`" if schema.get("examples") else ""
