"""What nobody reads here, and may well hold what is missing: then a person looks, and no student loses all their points
unseen for having handed in a notebook, or an archive in an archive.

Only the ending of a name tells, and for answers in a program's comments the words with which they begin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.intake import bounds, names
from grader.intake.handin import Found

DOCUMENTS = (".docx", ".doc", ".pdf", ".rtf", ".odt", ".pages", ".html", ".htm")
"""Endings of what word processors write."""

TEXTS = (".md", ".txt", ".markdown", ".text", ".rst")
"""Endings of plain text."""

_NOTEBOOKS = (".ipynb",)
_OTHER_TEXTS = (".tex", ".pptx", ".odp", ".docm", ".wps")
_PICTURES = (".png", ".jpg", ".jpeg", ".heic", ".webp", ".gif", ".bmp", ".tif", ".tiff")
_EVERYWHERE = ("readme", "requirements", "license", "changelog")
"""Texts of the teacher, or of a tool."""

_IN_COMMENT = re.compile(
    rb"^[ \t]{0,8}(?:[#*\"' \t]{0,8}(?:question|answer)|#[#* \t]{0,8}q)[ \t]{0,3}[1-9]\b", re.IGNORECASE | re.MULTILINE
)
"""How an answer to a question begins in a comment: `# Question 1:`, `# Q1`, or a line of a text in quotes."""


def may_hold_programs(name: str) -> bool:
    """True for an archive, a notebook or a document: the code may have been put into it."""
    return bool(names.archive_stem(name)) or name.lower().endswith((*_NOTEBOOKS, *DOCUMENTS))


def may_hold_answers(name: str) -> bool:
    """True for the same, and for slides and pictures."""
    return may_hold_programs(name) or name.lower().endswith((*_OTHER_TEXTS, *_PICTURES))


def _is_other_text(name: str) -> bool:
    """True for a text that is neither a program's nor one of those that come with every project."""
    stem, dot, ending = name.lower().rpartition(".")
    return dot + ending in TEXTS and stem not in _EVERYWHERE and not stem.endswith(".py")


def programs_in(files: Sequence[Found]) -> list[str]:
    """The files that may hold programs and are not read, by path."""
    return [file.path for file in files if may_hold_programs(names.base(file.path))]


def answers_in(files: Sequence[Found]) -> list[str]:
    """The files that may hold answers and are not read, by path."""
    return [file.path for file in files if may_hold_answers(names.base(file.path))]


def texts_in(files: Sequence[Found]) -> list[str]:
    """Texts that nothing points to, by path: an essay, or a program's data."""
    return [file.path for file in files if _is_other_text(names.base(file.path))]


def answers_in_comments(files: Sequence[Found]) -> list[str]:
    """The programs with a line in them with which an answer begins, by path."""
    return [
        file.path
        for file in files
        if file.path.lower().endswith(".py") and _IN_COMMENT.search(file.data[: bounds.MAX_SCANNED_BYTES])
    ]
