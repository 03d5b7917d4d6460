"""What every kind of hand-in has in common: members that can be listed, and read one at a time within bounds.

A folder, an archive and a part of an archive are each a `Place`. Layouts look at places from above; `gather` opens one
of them as a `Source` and takes out what is read. Nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from grader.model import Note


class Problem(StrEnum):
    """Why a member of a hand-in was left out."""

    LINK = "link"
    HARD_LINK = "hard-link"
    SPECIAL = "special"
    OUTSIDE = "outside"
    NAME = "name"
    DEEP = "deep"
    CLOSED = "closed"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    TOO_MUCH = "too-much"
    CLASH = "clash"
    DUPLICATE = "duplicate"


class Refused(Exception):  # noqa: N818 - an answer, not an error: the member is left out and the reading goes on
    """A member will not be read; `problem` says why. Never leaves this package."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.value)


@dataclass(frozen=True, slots=True)
class Member:
    """One thing in a hand-in.

    `path`: relative, with `/`, fit for UTF-8.  `key`: how its source finds it again.  `problem`: set when it will not
    be read.  `is_folder`: an entry of an archive that only names a folder.
    """

    path: str
    key: object = None
    problem: Problem | None = None
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was read. `whole` is False when it was too large: `data` is then its beginning, or nothing."""

    path: str
    data: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Aside:
    """What a learning platform handed out beside the files.

    `typed`: the text that the student typed into it, or nothing.  `whole`: False when there was more than is read.
    `notes`: what is to be said last.
    """

    typed: str = ""
    whole: bool = True
    notes: tuple[Note, ...] = ()


NOTHING = Aside()


@dataclass(frozen=True, slots=True)
class HandIn:
    """Everything read from one hand-in, before it is known which file is what.

    `files` are sorted by path.  `aside`: what a learning platform handed out beside the files.
    """

    files: tuple[Found, ...]
    notes: tuple[Note, ...]
    aside: Aside = NOTHING


@dataclass(frozen=True, slots=True)
class Contents:
    """One folder seen from above, without junk: names, sorted. `links` are symbolic links, whatever they point to."""

    files: tuple[str, ...]
    folders: tuple[str, ...]
    links: tuple[str, ...]


class Source(Protocol):
    """An opened hand-in. Use as a context manager."""

    def members(self) -> list[Member]:
        """Everything below the top, junk left out. Raises SubmissionError when there is too much."""

    def read(self, member: Member, limit: int) -> bytes:
        """All bytes of a file. Raises Refused when there are more than `limit`, or it is no ordinary file."""

    def read_start(self, member: Member, limit: int) -> bytes:
        """The first bytes of a file, at most `limit`. Raises Refused when it is no ordinary file."""

    def aside(self) -> Aside:
        """What there is beside the files."""

    def __enter__(self) -> Self:
        """Hands back the source itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lets go of what was opened."""


class Place(Protocol):
    """A folder that may be a hand-in, or hold several."""

    @property
    def name(self) -> str:
        """Its own name, as data: never a path."""

    @property
    def in_archive(self) -> bool:
        """True inside an archive, where one folder around everything is the archiver's doing and no mistake."""

    def look(self) -> Contents:
        """What lies directly in it."""

    def enter(self, folder: str) -> Place:
        """A folder that lies directly in it."""

    def open(self) -> Source:
        """Opens it as one hand-in. Raises SubmissionError when it cannot be."""

    def open_files(self, files: Sequence[str]) -> Source:
        """Opens some of the files that lie directly in it as one hand-in; its members are in the order of `files`."""

    def open_packed(self, file: str) -> Source:
        """Opens an archive that lies directly in it as one hand-in. Raises SubmissionError when it cannot be."""
