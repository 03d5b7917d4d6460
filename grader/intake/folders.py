"""Hand-ins that are folders on disk.

A student may have put anything there: a link to the teacher's home, a fifo that blocks who opens it, a device. So each
folder is opened relative to the one above it and each file relative to its folder, never through a link; a file is
opened without blocking and read only once it is known to be a regular file with a single name. Where the system has
no such calls (Windows) the same questions are asked of the path first.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import SubmissionError
from grader.intake import bounds, messages, names
from grader.intake.archives import open_archive
from grader.intake.handin import NOTHING, Aside, Contents, Member, Problem, Refused, Source

RELATIVE = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_NOFOLLOW")
"""Whether this system opens files relative to an opened folder. Where not, folders are handled by their path."""

_COMMON = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | _COMMON | getattr(os, "O_DIRECTORY", 0)
_FILE = os.O_RDONLY | _COMMON | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)

_WINDOWS_LINKS = (0xA000000C, 0xA0000003)
"""Reparse tags of symbolic links and junctions; files that wait in a cloud folder have other tags and are ordinary."""

Handle = int | str
"""An opened folder: its descriptor, or its path where `RELATIVE` is False."""


class FolderPlace:
    """A folder on disk, named by a path whose parents are the teacher's own.

    `without`: a folder that is left out wherever it lies: the results, which may lie among the hand-ins.
    """

    def __init__(self, path: Path, without: Path | None = None) -> None:
        self._path = path
        self._without = without

    @property
    def name(self) -> str:
        """The folder's name."""
        return names.printable(self._path.name) or "submission"

    @property
    def in_archive(self) -> bool:
        """False."""
        return False

    def look(self) -> Contents:
        """What lies directly in it."""
        files, folders, links = [], [], []
        with os.scandir(self._path) as entries:
            for entry in entries:
                if names.is_junk(entry.name) or self._path / entry.name == self._without:
                    continue
                if entry.is_symlink():
                    links.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif entry.is_file(follow_symlinks=False):
                    files.append(entry.name)
        return Contents(tuple(sorted(files)), tuple(sorted(folders)), tuple(sorted(links)))

    def enter(self, folder: str) -> FolderPlace:
        """A folder that lies directly in it."""
        return FolderPlace(self._path / folder, self._without)

    def open(self) -> FolderSource:
        """Opens it as one hand-in."""
        return FolderSource(self._path, without=self._without)

    def open_files(self, files: Sequence[str]) -> FolderSource:
        """Opens some of the files that lie directly in it as one hand-in."""
        return FolderSource(self._path, files)

    def open_packed(self, file: str) -> Source:
        """Opens an archive that lies directly in it as one hand-in."""
        with FolderSource(self._path) as source:
            try:
                data = source.read(Member(path=file, key=(file,)), bounds.MAX_ARCHIVE_BYTES)
            except Refused as refusal:
                raise SubmissionError(_refused(file, refusal.problem)) from None
        return open_archive(data, names.printable(file))


class FolderSource:
    """One folder, opened, or only some `files` in it. The key of a member is the tuple of its raw names.

    `without`: a folder that is left out, wherever it lies."""

    def __init__(self, path: Path, files: Sequence[str] | None = None, *, without: Path | None = None) -> None:
        self._name = names.printable(path.name)
        self._without = without.relative_to(path).parts if without and without.is_relative_to(path) else None
        self._files = files
        try:
            self._root = _open_folder(None, str(path))
        except (OSError, Refused) as error:
            raise SubmissionError(_unopened(self._name, error)) from None

    def __enter__(self) -> Self:
        """Hands back the source itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the folder."""
        _close_folder(self._root)

    def members(self) -> list[Member]:
        """Everything below the folder, junk left out."""
        if self._files is not None:
            return [_member((file,), None) for file in self._files]
        found: list[Member] = []
        waiting: list[tuple[str, ...]] = [()]
        while waiting:
            parts = waiting.pop()
            try:
                self._list(parts, found, waiting)
            except (OSError, Refused) as error:
                if not parts:
                    raise SubmissionError(_unopened(self._name, error)) from None
                found.append(_member(parts, Problem.CLOSED))
            if len(found) + len(waiting) > bounds.MAX_ENTRIES:
                raise SubmissionError(messages.too_many_files(self._name))
        return found

    def read(self, member: Member, limit: int) -> bytes:
        """All bytes of a file, or Refused."""
        with self._opened(member) as (descriptor, size):
            if size > limit:
                raise Refused(Problem.TOO_LARGE)
            data = _read(descriptor, min(size, limit) + 1)
        if len(data) > limit:
            raise Refused(Problem.TOO_LARGE)
        return data

    def read_start(self, member: Member, limit: int) -> bytes:
        """The first bytes of a file, at most `limit`."""
        with self._opened(member) as (descriptor, _):
            return _read(descriptor, limit)

    def aside(self) -> Aside:
        """Nothing."""
        return NOTHING

    def _list(self, parts: tuple[str, ...], found: list[Member], waiting: list[tuple[str, ...]]) -> None:
        with self._folder(parts) as handle, os.scandir(handle) as entries:
            for entry in entries:
                below = (*parts, entry.name)
                if names.is_junk(entry.name) or below == self._without:
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    found.append(_member(below, _problem_of(entry)))
                elif len(below) > bounds.MAX_DEPTH:
                    found.append(_member(below, Problem.DEEP))
                else:
                    waiting.append(below)
                if len(found) + len(waiting) > bounds.MAX_ENTRIES:
                    return

    @contextmanager
    def _folder(self, parts: tuple[str, ...]) -> Iterator[Handle]:
        """The folder at `parts`, opened a step at a time so that no link on the way is followed."""
        handle = self._root
        try:
            for part in parts:
                below = _open_folder(handle, part)
                if handle is not self._root:
                    _close_folder(handle)
                handle = below
            yield handle
        finally:
            if handle is not self._root:
                _close_folder(handle)

    @contextmanager
    def _opened(self, member: Member) -> Iterator[tuple[int, int]]:
        """Descriptor and size of a regular file with one name."""
        assert isinstance(member.key, tuple)
        descriptor = -1
        try:
            with self._folder(member.key[:-1]) as folder:
                descriptor = _open_file(folder, member.key[-1])
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Refused(Problem.SPECIAL)
            if status.st_nlink > 1:
                raise Refused(Problem.HARD_LINK)
            yield descriptor, status.st_size
        except OSError:
            raise Refused(Problem.CLOSED) from None
        finally:
            if descriptor >= 0:
                os.close(descriptor)


def _member(parts: tuple[str, ...], problem: Problem | None) -> Member:
    path = names.printable("/".join(parts))
    if problem is None and not names.fits(path):
        problem = Problem.NAME
    return Member(path=path, key=parts, problem=problem)


def _problem_of(entry: os.DirEntry[str]) -> Problem | None:
    if entry.is_symlink():
        return Problem.LINK
    return None if entry.is_file(follow_symlinks=False) else Problem.SPECIAL


def _open_folder(parent: Handle | None, name: str) -> Handle:
    if RELATIVE:
        return os.open(name, _FOLDER, dir_fd=parent if isinstance(parent, int) else None)
    path = name if parent is None else os.path.join(str(parent), name)
    if not stat.S_ISDIR(_unlinked(path)):
        raise Refused(Problem.SPECIAL)
    return path


def _open_file(folder: Handle, name: str) -> int:
    if isinstance(folder, int):
        return os.open(name, _FILE, dir_fd=folder)
    path = os.path.join(folder, name)
    if not stat.S_ISREG(_unlinked(path)):
        raise Refused(Problem.SPECIAL)
    return os.open(path, _FILE)


def _unlinked(path: str) -> int:
    """The mode of what lies at `path`. Raises Refused for links of any kind (a Windows junction is one)."""
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode) or int(getattr(status, "st_reparse_tag", False)) in _WINDOWS_LINKS:
        raise Refused(Problem.LINK)
    return status.st_mode


def _close_folder(handle: Handle) -> None:
    if isinstance(handle, int):
        os.close(handle)


def _read(descriptor: int, limit: int) -> bytes:
    """At most `limit` bytes from the front."""
    data = os.read(descriptor, limit)
    while len(data) < limit and (more := os.read(descriptor, limit - len(data))):
        data += more
    return data


def _unopened(name: str, error: OSError | Refused) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is a link or no folder"
    return f"The folder {names.shown(name)} cannot be opened ({reason}). Put a readable folder in its place."


def _refused(file: str, problem: Problem) -> str:
    if problem is Problem.TOO_LARGE:
        megabytes = bounds.MAX_ARCHIVE_BYTES >> 20
        return (
            f"The archive {names.shown(file)} is larger than {megabytes} MiB. "
            "Ask for a hand-in with the programs and the answers only."
        )
    return f"The archive {names.shown(file)} is a link or cannot be opened. Put the archive itself in its place."
