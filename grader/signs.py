"""The signs of our output where UTF-8 is not taken: by Windows' code pages through a pipe, say, or the locale POSIX."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable
from typing import TextIO

SIGNS = {"✓": "+", "✗": "x", "–": "-", "—": "-", "→": "->", "“": '"', "”": '"', "’": "'", "…": "...", "·": "*"}
"""What stands for each sign. A `?` would say that a check could not be made."""

HANDLER = "grade-signs"


def in_other_signs(error: UnicodeError) -> tuple[str, int]:
    """For `codecs`: a sign of ours by another, and any other character by its escape, as `visible` shows it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    rest = error.object[error.start : error.end]
    return "".join(SIGNS.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in rest), error.end


def write_anything_to(streams: Iterable[TextIO]) -> None:
    """Make text streams take our signs, and whatever else, where their encoding has them not."""
    codecs.register_error(HANDLER, in_other_signs)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and not _has_all(stream.encoding):
            stream.reconfigure(errors=HANDLER)


def _has_all(encoding: str) -> bool:
    try:
        "".join(SIGNS).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
