"""Reads the files of a rubric within bounds: wherever a path leads, little is read and nothing blocks.

This is apart from `reading.py` so that `kept.py` can look up a rubric without importing YAML and the shapes.
"""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import RubricError

MOST_CHARACTERS = 400_000
MOST_REFERENCE_BYTES = 1024 * 1024

OUTSIDE = "leads out of the rubric's folder. Put the program beside the rubric."


def read_rubric_text(path: Path) -> str:
    """Return the text of the rubric. Raises RubricError."""
    try:
        if path.exists() and not path.is_file():
            raise RubricError([f"{path}: this is not a file. Name the rubric itself, e.g. `{path}/rubric.yaml`."])
        data = _read_at_most(path, MOST_CHARACTERS)
    except FileNotFoundError:
        raise RubricError([f"{path}: there is no such file. Name the rubric, or run `grade` in its folder."]) from None
    except OSError as error:
        raise RubricError([f"{path}: cannot be read ({error.strerror}). Check the path and its permissions."]) from None
    if len(data) > MOST_CHARACTERS:
        raise RubricError(
            [f"{path}: more than {MOST_CHARACTERS} bytes are too much for a rubric. Name the right file."]
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RubricError([f"{path}, line {line}: this is not UTF-8 text. Save the file as UTF-8."]) from None


def read_inside(folder: Path, relative: str) -> str:
    """Return the text of a file in `folder`, links followed.

    Raises OSError when it cannot be read, ValueError when it lies outside, is too large, or is not UTF-8.
    """
    # Not Path.resolve: before Python 3.13 it raises RuntimeError for a circle of links.
    found = Path(os.path.realpath(folder / relative))
    if not found.is_relative_to(os.path.realpath(folder)):
        raise ValueError(OUTSIDE)
    if found.exists() and not found.is_file():
        raise ValueError("is not a file. Name a Python program.")
    data = _read_at_most(found, MOST_REFERENCE_BYTES)
    if len(data) > MOST_REFERENCE_BYTES:
        raise ValueError(f"has more than {MOST_REFERENCE_BYTES} bytes. Name a Python program.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8. Save it as UTF-8.") from None


def _read_at_most(path: Path, most: int) -> bytes:
    """Return the file's bytes; `most` + 1 of them when it has more than `most`."""
    with path.open("rb") as file:
        return file.read(most + 1)
