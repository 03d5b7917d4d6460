"""Zip archives, read through the standard library within bounds that it does not set itself."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from typing import IO

from grader.errors import SubmissionError
from grader.intake import names
from grader.intake.handin import Member, Problem, Refused
from grader.intake.packed import Archive, Size, damaged, listed, too_much
from grader.intake.tars import TooMuch

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    ArithmeticError,
    LookupError,
)
"""What the zip reader may raise on damaged bytes. RuntimeError includes NotImplementedError."""


class ZipArchive(Archive):
    """A zip. Only stored and deflated members are read: the others unpack without bound in one step."""

    def __init__(self, file: IO[bytes], label: str, size: Size) -> None:
        self._zip = _open_zip(file, label, size)
        entries = self._zip.infolist()
        if len(entries) > size.members:
            raise SubmissionError(too_much(label))
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
            raise SubmissionError(damaged(self.label, "a file in it does not unpack")) from None

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


class _Bounded:
    """The part of a file that the zip reader uses.

    The reader takes a zip's whole directory in one read, of a length that the zip states: while it opens, no single
    read may be longer than `largest`.
    """

    def __init__(self, file: IO[bytes], largest: int) -> None:
        self._file = file
        self.largest: int | None = largest
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def seekable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Reads as asked, up to the bound."""
        if self.largest is None:
            return self._file.read(size)
        data = self._file.read(min(size, self.largest + 1) if size >= 0 else self.largest + 1)
        if len(data) > self.largest:
            raise TooMuch
        return data


def _open_zip(file: IO[bytes], label: str, size: Size) -> zipfile.ZipFile:
    bounded = _Bounded(file, size.directory)
    try:
        opened = zipfile.ZipFile(bounded)
        bounded.largest = None
        return opened
    except TooMuch:
        raise SubmissionError(too_much(label)) from None
    except _BROKEN:
        raise SubmissionError(damaged(label, "its table of contents is broken or cut off")) from None


def _zip_member(entry: zipfile.ZipInfo) -> Member | None:
    mode = entry.external_attr >> 16
    problem = None
    if stat.S_ISLNK(mode):
        problem = Problem.LINK
    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        problem = Problem.SPECIAL
    return listed(_zip_name(entry), entry, problem, entry.filename.endswith(("/", "\\")))


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """The name; where the zip does not say that it is UTF-8 but it is (macOS), the reader has taken it for CP437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename
