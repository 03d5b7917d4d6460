"""The rubric that was read last, kept beside this package's bytecode.

To read a rubric takes half of what `grade check` computes before the first program runs: YAML and its shapes have to be
imported, and every rule is looked at. Nearly always it is the rubric of last time. So one that was read without a fault
is kept, in the folder where Python keeps the compiled modules of this package: whoever can write there can change the
program itself. It counts as long as nothing has changed that it was made from: the text, the reference programs, the
interpreter, and our own source files. Where that folder cannot be written, or Python is told to write no bytecode, a
rubric is read anew each time. MessagePack, since unlike JSON it tells the bytes of a step from text.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.model import Rubric

CheckPattern = Callable[[str, Mapping[str, tuple[str, ...]]], str | None]

_PACKAGE = Path(__file__).parents[1]
_MADE_BY = ("", "rubric", "answers")  # folders of the package whose files decide what a text means
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A rubric, and what it was made from: `key` as of `_key`, `references` as written in it -> their digests."""

    key: str
    references: dict[str, str]
    rubric: Rubric


def load_kept(path: Path, check_pattern: CheckPattern | None = None) -> Rubric:
    """What `load_rubric` returns and raises, without reading what was read before."""
    key = _key(path, check_pattern)
    return (_found(path, key) if key else None) or _read(path, check_pattern)


def _key(path: Path, check_pattern: CheckPattern | None) -> str | None:
    """A digest of what a rubric is made from, its reference programs apart; None when its text cannot be read."""
    try:
        text = path.read_bytes().removeprefix(_BYTE_ORDER_MARK)
    except OSError:
        return None
    return _digest(text, _makers(), repr(check_pattern and (check_pattern.__module__, check_pattern.__qualname__)))


def _makers() -> str:
    """The interpreter and our own files, as far as they have a say."""
    rows: list[object] = [sys.version]
    for folder in _MADE_BY:
        with os.scandir(_PACKAGE / folder) as entries:
            stats = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
        rows += sorted((name, one.st_size, one.st_mtime_ns) for name, one in stats)
    return repr(rows)


def _digest(*parts: bytes | str) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def _place() -> Path:
    """The file in which a rubric is kept: there is one, and the next rubric takes its place."""
    return Path(importlib.util.cache_from_source(str(Path(__file__).with_name("rubric.py")))).with_suffix(".kept")


def _found(path: Path, key: str) -> Rubric | None:
    """The rubric that is kept, if it was made from the same; None otherwise, and when the file is damaged."""
    try:
        kept = msgspec.msgpack.decode(_place().read_bytes(), type=_Kept)
        right = all(_reference(path.parent, name) == digest for name, digest in kept.references.items())
    except (OSError, ValueError, msgspec.MsgspecError):  # none is kept, or damaged, or a reference cannot be read
        return None
    return kept.rubric if right and kept.key == key else None


def _reference(folder: Path, name: str) -> str | None:
    """The digest of a reference program; None for one that has come to lie elsewhere. Raises OSError."""
    found = Path(os.path.realpath(folder / name))
    return _digest(found.read_bytes()) if found.is_relative_to(os.path.realpath(folder)) else None


def _read(path: Path, check_pattern: CheckPattern | None) -> Rubric:
    """Read a rubric and keep it. Raises RubricError."""
    from grader.rubric.reading import parse_rubric, read_inside, read_rubric_text

    references: dict[str, str] = {}

    def read_reference(name: str) -> str:
        text = read_inside(path.parent, name)
        references[name] = _digest(text)
        return text

    before = _key(path, check_pattern)
    text = read_rubric_text(path)
    rubric = parse_rubric(text, name=str(path), read_reference=read_reference, check_pattern=check_pattern)
    if before and before == _key(path, check_pattern) and not sys.dont_write_bytecode:  # else it was being written
        with contextlib.suppress(OSError):
            _keep(_Kept(before, references, rubric))
    return rubric


def _keep(what: _Kept) -> None:
    """Write the file, whole or not at all."""
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=place.name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(msgspec.msgpack.encode(what, enc_hook=dict))
        os.chmod(name, 0o644)
        os.replace(name, place)
    except BaseException:
        os.unlink(name)
        raise
