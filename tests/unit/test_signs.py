"""What is written where the terminal, or the pipe, does not take UTF-8."""

from __future__ import annotations

import io

import pytest

from grader.signs import write_anything_to

SAID = "✓ – “Möbius” → 演 …"


@pytest.mark.parametrize(
    ("encoding", "errors", "read"),
    [
        ("utf-8", "strict", SAID),
        ("cp1252", "strict", "+ – “Möbius” -> \\u6f14 …"),
        ("ascii", "surrogateescape", '+ - "M\\xf6bius" -> \\u6f14 ...'),
        ("ascii", "backslashreplace", '+ - "M\\xf6bius" -> \\u6f14 ...'),
    ],
)
def test_every_sign_can_be_written(encoding: str, errors: str, read: str) -> None:
    """Verdicts stay apart, and no text of a student's ends the command. `?` is a sign of ours and stands for none."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors)
    write_anything_to([stream])
    stream.write(SAID)
    stream.seek(0)
    assert stream.read() == read


def test_streams_of_another_kind_are_left_alone() -> None:
    """A program that calls `main` may have replaced them."""
    write_anything_to([io.StringIO()])
