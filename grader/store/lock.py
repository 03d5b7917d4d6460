"""One batch at a time in one output folder.

The kernel holds the lock for as long as the process lives and drops it however the process ends, so a killed batch
leaves nothing to clean up. The process number inside the file is only for the message.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_NAME = ".grades.lock"


class HeldError(Exception):
    """Another process has the lock. `holder` is its number, or empty when it could not be read."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)

    @property
    def who(self) -> str:
        """The holder, for a sentence."""
        return f" (process {self.holder})" if self.holder else ""


def take_lock(folder: Path, name: str = LOCK_NAME) -> int:
    """Return the descriptor that holds `folder` until it is closed. Raises HeldError or OSError.

    `name`: of the file to lock, for what other writers of the folder need not wait for.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(folder / name, flags, 0o644)
    try:
        _lock(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    _sign(descriptor)
    return descriptor


@contextmanager
def no_batch_writing(folder: Path) -> Iterator[None]:
    """Keep batches from writing in `folder` for a moment, without writing there. Raises HeldError or OSError."""
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(folder / LOCK_NAME, flags)
    except FileNotFoundError:  # no batch was ever here
        yield
        return
    try:
        _lock(descriptor, shared=True)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, shared: bool = False) -> None:
    """Take the lock or raise HeldError at once. `shared`: beside others who only read (where the system has that)."""
    try:
        _lock_now(descriptor, shared=shared)
    except (BlockingIOError, PermissionError) as error:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
        raise HeldError(holder if holder.isdigit() else "") from error


def _lock_now(descriptor: int, *, shared: bool) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # past the text: Windows locks are mandatory
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def _sign(descriptor: int) -> None:
    """Leave the process number for the message of a second batch; a full disk must not matter here."""
    try:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
    except OSError:
        return
