"""A copy of a store, taken without leaving a trace in its folder: no lock, no log, no time of change.

The files are copied while no batch can write. SQLite's own backup would first connect to the file in its place, and
a connection to a store whose batch was killed writes beside it, for what is still in the log. In the copy, that log is
folded in when it is opened.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from grader.store.errors import FULL, store_error
from grader.store.lock import HeldError, no_batch_writing

FILES = ("grades.sqlite", "grades.sqlite-wal", "grades.sqlite-journal")


def copy_store(folder: Path, scratch: Path) -> bool:
    """Copy the store in `folder` to `scratch`, a folder of one's own. False when there is none.

    Raises StoreError when a batch is writing there, the files cannot be read, or the copy has no room.
    """
    if not os.path.lexists(folder / FILES[0]):
        return False
    try:
        with no_batch_writing(folder):
            for name in FILES:
                _copy(folder, scratch, name)
    except HeldError as held:
        raise store_error("changing", folder, who=held.who) from held
    except OSError as error:
        code = "no-room-for-copy" if error.errno in FULL else "not-readable"
        raise store_error(code, folder, scratch=scratch.parent, why=error.strerror or error) from error
    return True


def _copy(folder: Path, scratch: Path, name: str) -> None:
    """Copy one file, if it is there. A link or a pipe in its place is refused."""
    source = folder / name
    if source.is_symlink() or (source.exists() and not source.is_file()):
        raise store_error("not-a-database", folder)
    if source.exists():
        shutil.copyfile(source, scratch / name)
