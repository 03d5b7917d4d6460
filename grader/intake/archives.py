"""Hand-ins that are archives, and archives of a whole class. Read in memory, within bounds, never unpacked to disk.

An archive is turned into a sorted list of members first. What lies outside, is a link or a device, or has a password is
known from the list, and is left out or refused without having been opened.
"""

from __future__ import annotations

import io
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from grader.errors import SubmissionError
from grader.intake import bounds, names
from grader.intake.handin import NOTHING, Aside, Contents, Member, Problem, Refused
from grader.intake.packed import CLASS, ONE, Archive, Size, damaged, listed, nothing_in, too_much
from grader.intake.tars import Damaged, TarMember, TooMuch, gunzip, looks_like_tar, tar_members
from grader.intake.zips import ZipArchive


class TarArchive(Archive):
    """A tar, already unpacked in memory."""

    def __init__(self, data: bytes, label: str, size: Size) -> None:
        self._data = data
        try:
            entries = list(tar_members(data, size.members, size.directory))
        except Damaged as damage:
            raise SubmissionError(damaged(label, str(damage))) from None
        except TooMuch:
            raise SubmissionError(too_much(label)) from None
        super().__init__(label, [member for entry in entries if (member := _tar_member(entry))])

    def read(self, member: Member, limit: int) -> bytes:
        """All bytes of a member."""
        assert isinstance(member.key, TarMember)
        if member.key.size > limit:
            raise Refused(Problem.TOO_LARGE)
        return self.read_start(member, limit)

    def read_start(self, member: Member, limit: int) -> bytes:
        """The first bytes of a member, at most `limit`."""
        assert isinstance(member.key, TarMember)
        start = member.key.start
        return self._data[start : start + min(member.key.size, limit)]


class ArchivePlace:
    """A folder inside an archive; the archive's top when `folder` is empty."""

    def __init__(self, archive: Archive, folder: str = "") -> None:
        self._archive = archive
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder's name; at the top the archive's, without its ending."""
        return names.base(self._folder) or names.archive_stem(self._archive.label) or self._archive.label

    @property
    def in_archive(self) -> bool:
        """True."""
        return True

    def look(self) -> Contents:
        """What lies directly in it."""
        files: set[str] = set()
        folders: set[str] = set()
        links: set[str] = set()
        for member in self._below():
            name, slash, _ = member.path.partition("/")
            if member.problem is Problem.OUTSIDE:
                continue
            if slash or member.is_folder:
                folders.add(name)
            elif member.problem is Problem.LINK:
                links.add(name)
            elif member.problem is None:
                files.add(name)
        return Contents(tuple(sorted(files)), tuple(sorted(folders)), tuple(sorted(links)))

    def enter(self, folder: str) -> ArchivePlace:
        """A folder that lies directly in it."""
        return ArchivePlace(self._archive, f"{self._folder}/{folder}" if self._folder else folder)

    def open(self) -> ArchiveSource:
        """Opens it as one hand-in."""
        return ArchiveSource(self._archive, self._below())

    def open_files(self, files: Sequence[str]) -> ArchiveSource:
        """Opens some of the files that lie directly in it as one hand-in."""
        return ArchiveSource(self._archive, [self._member(file) for file in files])

    def open_packed(self, file: str) -> ArchiveSource:
        """Opens an archive that lies directly in it as one hand-in."""
        member = self._member(file)
        try:
            data = self._archive.read(member, bounds.MAX_ARCHIVE_BYTES)
        except Refused:
            raise SubmissionError(too_much(file)) from None
        return open_archive(data, file)

    def _member(self, file: str) -> Member:
        """A file that lies directly in it: the last of that name, as unpacking leaves it."""
        member = self._archive.file(f"{self._folder}/{file}" if self._folder else file)
        return Member(file, member.key)

    def _below(self) -> list[Member]:
        cut = len(self._folder) + 1 if self._folder else 0
        return [
            Member(member.path[cut:], member.key, member.problem, member.is_folder)
            for member in self._archive.below(self._folder)
        ]


class ArchiveSource:
    """The members of an archive, or of one folder in it, as a hand-in."""

    def __init__(self, archive: Archive, members: list[Member]) -> None:
        self._archive = archive
        self._members = members

    def __enter__(self) -> Self:
        """Hands back the source itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to let go of: the archive belongs to whoever made it."""

    def members(self) -> list[Member]:
        """Everything in it but folders."""
        members = [member for member in self._members if not member.is_folder]
        if len(members) > bounds.MAX_ENTRIES:
            raise SubmissionError(too_much(self._archive.label))
        return members

    def read(self, member: Member, limit: int) -> bytes:
        """All bytes of a member, or Refused."""
        return self._archive.read(member, limit)

    def read_start(self, member: Member, limit: int) -> bytes:
        """The first bytes of a member, at most `limit`."""
        return self._archive.read_start(member, limit)

    def aside(self) -> Aside:
        """Nothing."""
        return NOTHING


def open_archive(data: bytes, label: str) -> ArchiveSource:
    """An archive that is one hand-in. A folder that wraps everything, as archivers make it, is taken off.

    Raises SubmissionError when it is damaged, too large, or of a kind that cannot be read, and when there is no file in
    it: something else was to be handed in, and a 0 would be taken for its mark.
    """
    archive = _archive_of(data, label, ONE)
    members = archive.below("")
    if all(member.is_folder for member in members):
        raise SubmissionError(nothing_in(label))
    tops = {member.path.partition("/")[0] for member in members if member.problem is not Problem.OUTSIDE}
    if len(tops) == 1 and any("/" in member.path for member in members):
        (top,) = tops
        return ArchivePlace(archive, top).open()
    return ArchivePlace(archive).open()


def open_class(path: Path) -> ArchivePlace:
    """An archive named by the teacher, which may hold a class. A zip stays on disk and is read as needed.

    Raises SubmissionError as `open_archive` does, and OSError when the file cannot be read.
    """
    label = names.printable(path.name)
    file = path.open("rb")
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK"):
        return ArchivePlace(_lasting_zip(file, label))
    with file:
        data = file.read(CLASS.packed + 1)
    return ArchivePlace(_archive_of(data, label, CLASS))


def _lasting_zip(file: IO[bytes], label: str) -> ZipArchive:
    """A zip on disk: hand-ins are read from it as long as they wait, and its file is closed when none is left."""
    try:
        archive = ZipArchive(file, label, CLASS)
    except BaseException:
        file.close()
        raise
    weakref.finalize(archive, file.close)
    return archive


def _archive_of(data: bytes, label: str, size: Size) -> Archive:
    """The archive by what it is, whatever its ending says: browsers unpack `.tar.gz` to `.tar` without renaming."""
    if len(data) > size.packed:
        raise SubmissionError(too_much(label))
    if not data:
        raise SubmissionError(nothing_in(label))
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gunzip(data, size.unpacked)
        except Damaged as damage:
            raise SubmissionError(damaged(label, str(damage))) from None
        except TooMuch:
            raise SubmissionError(too_much(label)) from None
    if looks_like_tar(data):
        return TarArchive(data, label, size)
    if data.startswith(b"PK"):
        return ZipArchive(io.BytesIO(data), label, size)
    raise SubmissionError(
        f"{names.shown(label)} is not a zip or tar archive that can be read. Ask for an ordinary zip."
    )


def _tar_member(entry: TarMember) -> Member | None:
    return listed(entry.name, entry, entry.problem, entry.is_folder)
