"""What zips and tars have in common: a list of members made before any is opened, and bounds on how much is taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from grader.intake import bounds, names
from grader.intake.handin import Member, Problem


@dataclass(frozen=True, slots=True)
class Size:
    """How much of an archive is taken: `packed` and `unpacked` bytes in memory, members, bytes of its directory.

    The directory of a zip is its table of contents; of a tar, what extends its headers.
    """

    packed: int
    unpacked: int
    members: int
    directory: int


ONE = Size(bounds.MAX_ARCHIVE_BYTES, bounds.MAX_UNPACKED_BYTES, bounds.MAX_ARCHIVE_ENTRIES, bounds.MAX_DIRECTORY_BYTES)
CLASS = Size(bounds.MAX_CLASS_BYTES, bounds.MAX_CLASS_BYTES, bounds.MAX_CLASS_ENTRIES, bounds.MAX_CLASS_DIRECTORY_BYTES)


class Archive(ABC):
    """An archive with its list of members, sorted by path, junk left out. `label`: its name, for messages."""

    def __init__(self, label: str, members: list[Member]) -> None:
        self.label = label
        self._members = sorted(members, key=lambda member: member.path)
        self._paths = [member.path for member in self._members]

    @abstractmethod
    def read(self, member: Member, limit: int) -> bytes:
        """All bytes of a member. Raises Refused beyond `limit`, SubmissionError when they are damaged."""

    @abstractmethod
    def read_start(self, member: Member, limit: int) -> bytes:
        """The first bytes of a member, at most `limit`."""

    def file(self, path: str) -> Member:
        """The last ordinary file of that path. Raises LookupError when there is none."""
        place = bisect_right(self._paths, path) - 1
        while place >= 0 and self._paths[place] == path:
            member = self._members[place]
            if member.problem is None and not member.is_folder:
                return member
            place -= 1
        raise LookupError(path)

    def below(self, folder: str) -> list[Member]:
        """All members in a folder and the folders below it; `""` is the whole archive."""
        if not folder:
            return self._members
        first = bisect_left(self._paths, f"{folder}/")
        return self._members[first : bisect_left(self._paths, f"{folder}0", first)]  # "0" is the character after "/"


def listed(raw: str, key: object, problem: Problem | None, is_folder: bool) -> Member | None:
    """The member as it is listed, or None for junk. One whose name leads outside keeps that name, for the note."""
    path = names.plain_path(raw)
    if path is None:
        return None if raw.strip("./\\") == "" else Member(names.printable(raw), key, Problem.OUTSIDE)
    if any(names.is_junk(part) for part in path.split("/")):
        return None
    if names.depth(path) > bounds.MAX_DEPTH:
        problem = problem or Problem.DEEP
    if not names.fits(path):
        problem = problem or Problem.NAME
    return Member(path, key, problem, is_folder)


def damaged(label: str, what: str) -> str:
    """Message for an archive whose bytes are broken; `what` says where."""
    return f"The archive {names.shown(label)} is damaged ({what}). Ask for it to be handed in again."


def nothing_in(label: str) -> str:
    """Message for an archive without a file in it; one of no bytes at all is such, too."""
    return f"The archive {names.shown(label)} is empty: there is no file in it. Ask for it to be handed in again."


def too_much(label: str) -> str:
    """Message for an archive beyond the bounds."""
    return (
        f"The archive {names.shown(label)} holds too much to be read safely. "
        "Ask for the programs and the answers only; if it holds a whole class, unpack it and give the folder."
    )
