"""Files that are there whole, or as they were before.

The bytes go into a new file beside the old one, which then takes its place in one step. So whoever opens the file meets
the old bytes or the new ones, after a full disk and after `kill -9` too.
"""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(
    path: Path, data: bytes, *, somebodys: bool = False, only_writer: bool = False, mode: int = 0o666
) -> None:
    """Make `path` hold `data`. Raises OSError, and leaves the file as it was, when that cannot be done.

    By default a link at `path` is replaced and what it points at stays as it is; the bytes reach the disk when the
    system sees fit; and several processes may write the same file at one time. The callers' needs differ:

    somebodys: the file is a person's own work, which nothing can make again (decisions on answers). A link is their
        choice and is followed, permissions are kept, and the new bytes are on the disk before the old ones are gone.
    only_writer: a lock keeps others from writing it (a report, under the store's lock). What a killed run left beside
        it, in a folder that is handed to a student, is replaced by the next run then, instead of lying about for ever.
    mode: most that a new file permits, before the umask (a kept rubric, which only its owner ever writes).
    """
    target = Path(os.path.realpath(path)) if somebodys else path
    temporary = beside(target, "" if only_writer else os.urandom(6).hex())
    descriptor = create_anew(temporary, mode)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            if somebodys:
                file.flush()
                os.fsync(descriptor)
        if somebodys and target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o777)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def beside(path: Path, word: str = "") -> Path:
    """Where the new file for `path` is written: by the same name each time, unless `word` makes it another."""
    return path.with_name(f".{path.name}.{word}{'.' if word else ''}new")


def create_anew(path: Path, mode: int = 0o666) -> int:
    """Descriptor of a new file, for reading and writing, in the place of whatever lay there. Follows no link."""
    # Python makes text of bytes on Windows unless it is told not to, and names neither flag where it has none.
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    path.unlink(missing_ok=True)
    return os.open(path, flags, mode)
