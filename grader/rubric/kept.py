"""A cache of the rubric that was read last, beside this package's bytecode.

Reading a rubric takes half of the time that `grade check` computes before the first program runs: YAML and the shapes
are imported, and every rule is checked. Nearly always it is the same rubric as last time. So a rubric without faults is
kept in the folder of this package's bytecode; whoever can write there could change the program itself. If that folder
cannot be written, or Python is told to write no bytecode, a rubric is read anew each time. The format is MessagePack,
since unlike JSON it tells the bytes of a step from text.

The kept rubric is used only if all of these are unchanged: the bytes of the rubric and of its reference programs; the
version of the interpreter; name, size and time of the grader's own source files; the place of each library that reads a
rubric, and the times of the library's folder and of the folder around it, which every installation, upgrade and removal
changes. (Asking for the libraries' versions would say the same and take fifty times as long.) Two changes go unnoticed:
a library file edited in place by hand, and a source file replaced by one with the same size and time.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.errors import RubricError
from grader.model import Rubric
from grader.rubric.files import read_inside, read_rubric_text

if TYPE_CHECKING:
    from grader.rubric.rules import CheckPattern

_PACKAGE = Path(__file__).parents[1]
_MADE_BY = ("", "model", "rubric", "answers")  # folders of the package with the code that reads rubrics
_LIBRARIES = ("msgspec", "pydantic", "pydantic_core", "yaml")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A rubric, and what it was made from. `key`: of `_key`.  `references`: path as in the rubric -> digest."""

    key: str
    references: dict[str, str]
    rubric: Rubric


def load_kept(path: Path, check_pattern: CheckPattern | None = None) -> Rubric:
    """Return or raise what `load_rubric` does, from the kept rubric where possible."""
    key = _key(read_rubric_text(path), check_pattern)
    return _found(path.parent, key) or _read(path, key, check_pattern)


def _key(text: str, check_pattern: CheckPattern | None) -> str:
    """A digest of everything that a rubric is made from, except its reference programs."""
    checked_by = check_pattern and (check_pattern.__module__, check_pattern.__qualname__)
    return _digest(text, _makers(), repr(checked_by))


def _makers() -> str:
    """The interpreter, the libraries and the grader's own files, as far as they affect how a rubric is read."""
    rows: list[object] = [sys.version, *map(_library, _LIBRARIES)]
    for folder in _MADE_BY:
        with os.scandir(_PACKAGE / folder) as entries:
            stats = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
        rows += sorted((name, one.st_size, one.st_mtime_ns) for name, one in stats)
    return repr(rows)


def _library(name: str) -> object:
    """Where a library lies, and when its folder and the folder around it were last changed. Imports nothing."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent
    return spec.origin, folder.stat().st_mtime_ns, folder.parent.stat().st_mtime_ns


def _digest(*parts: str) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode()
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def _place() -> Path:
    """The file of the kept rubric. There is only one; the next rubric replaces it."""
    return Path(importlib.util.cache_from_source(str(Path(__file__).with_name("rubric.py")))).with_suffix(".kept")


def _found(folder: Path, key: str) -> Rubric | None:
    """The kept rubric, if it was made from the same files; None otherwise, and when the file is damaged."""
    try:
        kept = msgspec.msgpack.decode(_place().read_bytes(), type=_Kept)
        same = kept.key == key and all(
            _digest(read_inside(folder, name)) == digest for name, digest in kept.references.items()
        )
    except (OSError, ValueError, msgspec.MsgspecError):  # no kept rubric, a damaged one, or an unusable reference
        return None
    return kept.rubric if same else None


def _read(path: Path, key: str, check_pattern: CheckPattern | None) -> Rubric:
    """Read a rubric and keep it. Raises RubricError."""
    from grader.rubric.reading import load_rubric

    references: dict[str, str] = {}

    def read_reference(folder: Path, name: str) -> str:
        text = read_inside(folder, name)
        references[name] = _digest(text)
        return text

    rubric = load_rubric(path, check_pattern, read_reference)
    with contextlib.suppress(OSError, RubricError):
        # A rubric that was changed while it was read is not kept.
        if not sys.dont_write_bytecode and key == _key(read_rubric_text(path), check_pattern):
            _keep(_Kept(key, references, rubric))
    return rubric


def _keep(what: _Kept) -> None:
    from grader.whole_file import write_whole

    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, msgspec.msgpack.encode(what, enc_hook=dict), mode=0o644)
