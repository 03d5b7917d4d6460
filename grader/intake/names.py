"""What a name says: junk or not, an archive or not, and how near it comes to the name that was asked for.

Names are hostile text. They are compared, never trusted: nothing here touches the file system.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from grader.intake import bounds
from grader.model import ProgramSpec

JUNK = frozenset({"__macosx", "__pycache__", "venv", "node_modules", "site-packages", "thumbs.db", "desktop.ini"})
"""Left behind by operating systems, editors and package managers, in lower case. Hidden names are junk as well."""

ARCHIVES = (".tar.gz", ".tgz", ".zip", ".tar")
"""Endings of archives that can be read."""

FOREIGN_ARCHIVES = (".7z", ".rar", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst")
"""Endings of archives that cannot be read here."""

_TEXT_ENDINGS = (".py.txt", ".py.text", ".pyw", ".py3", ".txt", ".text")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SEPARATORS = re.compile(r"[\s_.\-]+")
_CANVAS_MARK = re.compile(
    r"-(?:[0-9]{1,3}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=(?:\.[A-Za-z][A-Za-z0-9]*)*\.[A-Za-z0-9]+\Z)"
)
_COPY_PREFIX = re.compile(r"^copy of ", re.IGNORECASE)
_COPY_SUFFIX = re.compile(
    r"(?:(?<!\s)\s*\(\d{1,3}\)|(?<![\s_-])[\s_-]+(?:v?\d{1,3}|copy|final))$", re.IGNORECASE
)  # a run of blanks is looked at from its beginning only: from each of its places takes time that grows with its square


class Likeness(IntEnum):
    """How near a file's name comes to the asked one; smaller is nearer. Up to `ENDING` the name itself is meant."""

    EXACT = 0
    SPELLING = 1
    COPY = 2
    ENDING = 3
    ROLE = 4
    PART = 5
    BEHAVIOUR = 6


def printable(name: str) -> str:
    """`name` with what cannot be encoded in UTF-8 (undecodable bytes of a file name) replaced by U+FFFD."""
    return _SURROGATES.sub("\ufffd", name)


def shown(path: str) -> str:
    """`path` for a sentence: between backticks, and cut in the middle when it is long."""
    text = printable(path)
    if len(text) > 80:
        text = f"{text[:50]}…{text[-25:]}"
    return f"`{text}`"


def is_junk(name: str) -> bool:
    """True for a file or folder name that no student meant to hand in."""
    return name.startswith((".", "~$")) or name.endswith((".pyc", "~")) or name.lower() in JUNK


def archive_stem(name: str) -> str | None:
    """The name without its ending when it is that of an archive, readable or not; otherwise None."""
    lowered = name.lower()
    for ending in (*ARCHIVES, *FOREIGN_ARCHIVES):
        if lowered.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return None


def is_test(name: str) -> bool:
    """True for a name by which pytest and unittest find tests: a teacher's repository has them."""
    lowered = name.lower()
    return lowered == "conftest.py" or (
        lowered.endswith(".py") and (lowered.startswith("test_") or lowered.endswith("_test.py"))
    )


def plain_path(raw: str) -> str | None:
    """A member's name as a relative path with `/`, or None when it would lead outside or cannot be a path.

    Backslashes are taken for separators, as some Windows programs write them.
    """
    path = printable(raw).replace("\\", "/")
    if path.startswith("/") or "\0" in path or re.match(r"[A-Za-z]:", path):
        return None
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        return None
    return "/".join(parts)


def fits(path: str) -> bool:
    """True when any file system can hold `path`."""
    encoded = path.encode()
    return len(encoded) <= bounds.MAX_PATH_BYTES and all(
        len(part) <= bounds.MAX_NAME_BYTES for part in encoded.split(b"/")
    )


def depth(path: str) -> int:
    """Folders above the file: 0 for a file at the top."""
    return path.count("/")


def base(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def squashed(text: str) -> str:
    """`text` in lower case and without blanks, dots, underscores and hyphens."""
    return _SEPARATORS.sub("", text).casefold()


def without_copy_marks(stem: str) -> str:
    """`stem` without what browsers, file managers and Canvas add to a second copy: ` (1)`, `-1`, ` - Copy`."""
    stem = _COPY_PREFIX.sub("", stem)
    for _ in range(3):
        shorter = _COPY_SUFFIX.sub("", stem)
        if not shorter or shorter == stem:
            break
        stem = shorter
    return stem


def without_canvas_mark(name: str) -> str:
    """`name` without what Canvas puts before the ending of a file whose name it has already: `-1`, or a long number
    (`Attachment.make_unique_filename`)."""
    return _CANVAS_MARK.sub("", name, count=1)


def split_ending(name: str) -> tuple[str, str]:
    """Stem and ending, the ending in lower case: `.py`, one of those of text, or `""`; others stay in the stem."""
    lowered = name.lower()
    if lowered.endswith(".py"):
        return name[:-3], ".py"
    for ending in _TEXT_ENDINGS:
        if lowered.endswith(ending):
            return name[: -len(ending)], ending
    return name, ""


def too_long(name: str) -> bool:
    """True for a name that no file can have had; only in an archive that somebody made by hand."""
    return len(name) > bounds.MAX_NAME_BYTES


def likeness(name: str, spec: ProgramSpec, roles: frozenset[str]) -> Likeness | None:
    """How near `name` comes to the program asked for, or None when it says nothing about it, or is too long for a name.

    `roles`: all roles of the assignment, so that `client-server.py` is not taken for either.
    """
    return None if too_long(name) else _likeness(name, spec, roles)


def otherwise_ended(path: str, spec: ProgramSpec) -> bool:
    """True when a file is called like the program asked for, or its role, and its ending is not that of a program."""
    name = base(path)
    if too_long(name) or name.lower().endswith(".py"):
        return False
    stem = without_copy_marks(name.rpartition(".")[0] or name)
    return squashed(split_ending(stem)[0]) in (spec.role, squashed(split_ending(spec.file)[0]))


@lru_cache(maxsize=4096)  # a class of thousands uses a few dozen names
def _likeness(name: str, spec: ProgramSpec, roles: frozenset[str]) -> Likeness | None:
    if name == spec.file:
        return Likeness.EXACT
    stem, ending = split_ending(name)
    wanted = squashed(split_ending(spec.file)[0])
    plain, uncopied = squashed(stem), squashed(without_copy_marks(stem))
    if ending != ".py":
        return Likeness.ENDING if wanted in (plain, uncopied) else None
    if plain == wanted:
        return Likeness.SPELLING
    if uncopied == wanted:
        return Likeness.COPY
    if spec.role in (plain, uncopied):
        return Likeness.ROLE
    if spec.role in plain and not any(role in plain for role in roles if role != spec.role):
        return Likeness.PART
    return None
