"""Hand-ins that are archives, and archives of a whole class. Read in memory, within bounds, never unpacked to disk.

An archive is turned into a sorted list of members first. What lies outside, is a link or a device, or has a password is
known from the list, and is left out or refused without having been opened.
"""

from __future__ import annotations

import io
import stat
import struct
import weakref
import zipfile
import zlib
from abc import ABC, abstractmethod
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from grader.errors import SubmissionError
from grader.intake import bounds, names
from grader.intake.handin import Contents, Member, Problem, Refused
from grader.intake.tars import Damaged, TarMember, TooMuch, gunzip, looks_like_tar, tar_members

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError)
"""What the zip reader has been seen to raise on damaged bytes. RuntimeError includes NotImplementedError."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of an archive is taken: `packed` and `unpacked` bytes in memory, members, bytes of a zip's directory."""

    packed: int
    unpacked: int
    members: int
    directory: int


ONE = Size(
    bounds.MAX_ARCHIVE_BYTES, bounds.MAX_UNPACKED_BYTES, bounds.MAX_ARCHIVE_ENTRIES, bounds.MAX_DIRECTORY_BYTES
)
CLASS = Size(
    bounds.MAX_CLASS_BYTES, bounds.MAX_CLASS_BYTES, bounds.MAX_CLASS_ENTRIES, bounds.MAX_CLASS_DIRECTORY_BYTES
)


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

    def below(self, folder: str) -> list[Member]:
        """All members in a folder and the folders below it; `""` is the whole archive."""
        if not folder:
            return self._members
        first = bisect_left(self._paths, f"{folder}/")
        return self._members[first : bisect_left(self._paths, f"{folder}0", first)]  # "0" is the character after "/"


class ZipArchive(Archive):
    """A zip. Only stored and deflated members are read: the others unpack without bound in one step."""

    def __init__(self, file: IO[bytes], label: str, size: Size) -> None:
        self._zip = _open_zip(file, label, size)
        entries = self._zip.infolist()
        if len(entries) > size.members:
            raise SubmissionError(_too_much(label))
        members = [member for entry in entries if (member := _zip_member(entry))]
        super().__init__(label, members)

    def read(self, member: Member, limit: int) -> bytes:
        """All bytes of a member; its checksum is compared."""
        entry = self._entry(member)
        if entry.file_size > limit:
            raise Refused(Problem.TOO_LARGE)
        return self._bytes(entry, entry.file_size + 1)

    def read_start(self, member: Member, limit: int) -> bytes:
        """The first bytes of a member, at most `limit`."""
        return self._bytes(self._entry(member), limit)

    def _bytes(self, entry: zipfile.ZipInfo, limit: int) -> bytes:
        try:
            with self._zip.open(entry) as stream:
                return stream.read(limit)
        except _BROKEN:
            raise SubmissionError(_damaged(self.label, "a file in it does not unpack")) from None

    def _entry(self, member: Member) -> zipfile.ZipInfo:
        entry = member.key
        assert isinstance(entry, zipfile.ZipInfo)
        if entry.flag_bits & 0x1:
            raise SubmissionError(
                f"The archive {names.shown(self.label)} has a password. Ask for it to be handed in without one."
            )
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SubmissionError(
                f"The archive {names.shown(self.label)} is packed in an unusual way. Ask for an ordinary zip."
            )
        return entry


class TarArchive(Archive):
    """A tar, already unpacked in memory."""

    def __init__(self, data: bytes, label: str, size: Size) -> None:
        self._data = data
        try:
            entries = list(tar_members(data, size.members))
        except Damaged as damage:
            raise SubmissionError(_damaged(label, str(damage))) from None
        except TooMuch:
            raise SubmissionError(_too_much(label)) from None
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

    def look(self) -> Contents:
        """What lies directly in it."""
        files: set[str] = set()
        folders: set[str] = set()
        links: set[str] = set()
        for member in self._below():
            name, slash, _ = member.path.partition("/")
            if member.problem is Problem.LINK and not slash:
                links.add(name)
            elif member.problem is None:
                (folders if slash or member.is_folder else files).add(name)
        return Contents(tuple(sorted(files)), tuple(sorted(folders)), tuple(sorted(links)))

    def enter(self, folder: str) -> ArchivePlace:
        """A folder that lies directly in it."""
        return ArchivePlace(self._archive, f"{self._folder}/{folder}" if self._folder else folder)

    def open(self) -> ArchiveSource:
        """Opens it as one hand-in."""
        return ArchiveSource(self._archive, self._below())

    def open_packed(self, file: str) -> ArchiveSource:
        """Opens an archive that lies directly in it as one hand-in."""
        member = next(member for member in self._below() if member.path == file)
        try:
            data = self._archive.read(member, bounds.MAX_ARCHIVE_BYTES)
        except Refused:
            raise SubmissionError(_too_much(file)) from None
        return open_archive(data, file)

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
            raise SubmissionError(_too_much(self._archive.label))
        return members

    def read(self, member: Member, limit: int) -> bytes:
        """All bytes of a member, or Refused."""
        return self._archive.read(member, limit)

    def read_start(self, member: Member, limit: int) -> bytes:
        """The first bytes of a member, at most `limit`."""
        return self._archive.read_start(member, limit)


def open_archive(data: bytes, label: str) -> ArchiveSource:
    """An archive that is one hand-in. A folder that wraps everything, as archivers make it, is taken off.

    Raises SubmissionError when it is damaged, too large, or of a kind that cannot be read.
    """
    archive = _archive_of(data, label, ONE)
    members = archive.below("")
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
        return ArchivePlace(ZipArchive(_closing(file), label, CLASS))
    with file:
        data = file.read(CLASS.packed + 1)
    return ArchivePlace(_archive_of(data, label, CLASS))


def _archive_of(data: bytes, label: str, size: Size) -> Archive:
    """The archive by what it is, whatever its ending says: browsers unpack `.tar.gz` to `.tar` without renaming."""
    if len(data) > size.packed:
        raise SubmissionError(_too_much(label))
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gunzip(data, size.unpacked)
        except Damaged as damage:
            raise SubmissionError(_damaged(label, str(damage))) from None
        except TooMuch:
            raise SubmissionError(_too_much(label)) from None
    if looks_like_tar(data):
        return TarArchive(data, label, size)
    if data.startswith(b"PK"):
        return ZipArchive(io.BytesIO(data), label, size)
    raise SubmissionError(
        f"{names.shown(label)} is not a zip or tar archive that can be read. Ask for an ordinary zip."
    )


class _Bounded:
    """The part of a file that the zip reader uses, which refuses a single huge read: that of a zip's directory."""

    def __init__(self, file: IO[bytes], largest: int) -> None:
        self._file, self._largest = file, largest
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def seekable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Reads as asked, up to the bound."""
        if size > self._largest or size < 0:
            raise TooMuch
        return self._file.read(size)


def _open_zip(file: IO[bytes], label: str, size: Size) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(_Bounded(file, size.directory))  # type: ignore[arg-type]
    except TooMuch:
        raise SubmissionError(_too_much(label)) from None
    except _BROKEN:
        raise SubmissionError(_damaged(label, "its table of contents is broken or cut off")) from None


def _closing(file: IO[bytes]) -> IO[bytes]:
    """`file`, closed at the latest when nobody holds it any more: hand-ins are read from it as long as they wait."""
    weakref.finalize(file, lambda raw: raw.close(), getattr(file, "raw", file))
    return file


def _zip_member(entry: zipfile.ZipInfo) -> Member | None:
    mode = entry.external_attr >> 16
    problem = None
    if stat.S_ISLNK(mode):
        problem = Problem.LINK
    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        problem = Problem.SPECIAL
    return _listed(_zip_name(entry), entry, problem, entry.filename.endswith(("/", "\\")))


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """The name; where the zip does not say that it is UTF-8 but it is (macOS), the reader has taken it for CP437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _tar_member(entry: TarMember) -> Member | None:
    return _listed(entry.name, entry, entry.problem, entry.is_folder)


def _listed(raw: str, key: object, problem: Problem | None, is_folder: bool) -> Member | None:
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


def _damaged(label: str, what: str) -> str:
    return f"The archive {names.shown(label)} is damaged ({what}). Ask for it to be handed in again."


def _too_much(label: str) -> str:
    return (
        f"The archive {names.shown(label)} holds too much to be read safely. If it is one hand-in, ask for the "
        "programs and the answers only; if it is yours, unpack it and give the folder."
    )
