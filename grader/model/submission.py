"""What was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a hand-in. `path` is relative to the submission's folder, with `/`, and never leaves it."""

    path: str
    data: bytes


UNOPENED = "unopened"
"""Code of the note on a hand-in that could not be opened. It is the only one whose message is for staff: what is wrong
with the archive or the folder, and what they can do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something noticed about a hand-in that is no verdict: a misnamed file that was used all the same, say.

    `code`: a short stable name (`misnamed`, `missing`, `ambiguous`, `unreadable`, …).
    `message`: a sentence fit for the student, but for `UNOPENED`.
    `needs_person`: a teacher has to look before the mark is final.
    `role`: the program or `answers` that it concerns; None when it concerns the whole hand-in.
    """

    code: str
    message: str
    needs_person: bool = False
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One student's hand-in, read completely into memory.

    `id`: the folder's name.  `digest`: SHA-256 (hex) over paths and contents; equal content, equal digest.
    `files`: the files that go into the box: those of the folder that holds the programs and of the folders below it.
    `programs`: role (`server`, `client`) -> path of that program among `files`; a role that was not found is absent.
    `answers`: text of the answers file, or None when there is none.
    """

    id: str
    digest: str
    files: tuple[SourceFile, ...]
    programs: Mapping[str, str]
    answers: str | None
    notes: tuple[Note, ...] = ()
