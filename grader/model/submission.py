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
"""Code of the note on a hand-in that could not be opened. Only this note has a message for staff: what is wrong with
the archive or the folder, and what they can do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something noticed about a hand-in that is not a verdict, such as a misnamed file that was used all the same.

    `code`: a short stable name (`misnamed`, `missing`, `ambiguous`, `unreadable`, …).
    `message`: a sentence for the student; for staff where `code` is `UNOPENED`.
    `needs_person`: a teacher has to look before the mark is final.
    `role`: the role of the program that the note concerns, or `answers`; None when it concerns the whole hand-in.
    """

    code: str
    message: str
    needs_person: bool = False
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One student's hand-in, read completely into memory.

    `id`: the name of its folder or archive, made unique.  `digest`: SHA-256 (hex); equal content has an equal digest.
    `files`: the files that go into the box, which are all that were read whole. Paths start below the deepest folder
    that holds them all, if a program was found.
    `programs`: role (`server`, `client`) -> path of its program among `files`; a role that was not found is absent.
    `answers`: text of the answers file, or None when there is none.
    """

    id: str
    digest: str
    files: tuple[SourceFile, ...]
    programs: Mapping[str, str]
    answers: str | None
    notes: tuple[Note, ...] = ()
