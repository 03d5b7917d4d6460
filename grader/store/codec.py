"""Values of `grader.model` as JSON, and back, without loss.

msgspec does the work, in C and with every value checked against its declared type when read: bytes travel as base64,
`Decimal` as a string (so that 2.50 stays 2.50), an enum as its value, a dataclass as an object of all its fields under
their own names. A field that is absent takes its default, so a record written before the field existed can still be
read. Numbers must be finite: JSON has no other.

What msgspec refuses is text with lone surrogates, and Python has such text where a file name was not valid UTF-8. Those
values, and only those, take the road through the standard library, which writes and reads them as `\\udc80` escapes.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, ValueError)
"""What `decode` and `from_json` raise on data that is not of the kind asked for."""


def _plain(value: object) -> dict[Any, Any]:
    """A mapping of any kind as a dict; msgspec asks for this where it does not know a class."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form; use the types that grader.model uses")


_to_json = msgspec.json.Encoder(enc_hook=_plain).encode


def encode(value: object) -> Any:
    """Return `value`, a dataclass or a container of them, as dicts, lists, strings, numbers, booleans and None."""
    return msgspec.to_builtins(value, str_keys=True, enc_hook=_plain)


def decode(kind: type[T], data: Any) -> T:
    """Return the `kind` that `encode` made `data` from. Raises one of UNREADABLE where it did not."""
    return msgspec.convert(data, kind)


def to_json(value: object) -> bytes:
    """Return `encode(value)` as the text of a JSON document, in UTF-8."""
    try:
        return _to_json(value)
    except UnicodeEncodeError:
        return json.dumps(encode(value), separators=(",", ":")).encode("ascii")


def from_json(kind: type[T], text: bytes | str) -> T:
    """Return the `kind` that `to_json` wrote. Raises one of UNREADABLE where it did not."""
    try:
        return cast(T, _decoder(cast(Hashable, kind)).decode(text))
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return decode(kind, json.loads(text))


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
