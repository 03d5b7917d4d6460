"""What a person reads when the results cannot be written or read: what, where, and what to do next."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from grader.errors import StoreError

MESSAGES = {
    "held": "{folder}: another grade run{who} is writing here. Wait until it ends, or give this one its own folder "
    "with `-o`.",
    "changing": "{folder}: another grade run{who} is writing here, so what stands in it is not settled. Wait until it "
    "ends.",
    "not-readable": "{folder}: the results cannot be read ({why}). Check who owns them (`ls -l {folder}`).",
    "no-room-for-copy": "{scratch}: no room for a copy of the results in {folder} ({why}). Free some space, or set "
    "TMPDIR to a folder that has it.",
    "read-only": "{folder}: cannot be written. Check who owns the folder (`ls -ld {folder}`), or choose another with "
    "`-o`.",
    "full": "{folder}: the disk is full. What was stored before is safe. Free some space (`df -h {folder}`) and run "
    "the same command again; it goes on from there.",
    "not-a-folder": "{folder}: is not a folder. Choose another place with `-o`.",
    "not-a-database": "{file}: is not a results file of `grade`, or is damaged. Move it away, or choose another folder "
    "with `-o`; the next run then grades everything anew.",
    "newer": "{file}: was written by a newer `grade` (format {found}; this one knows {known}). Upgrade, or choose "
    "another folder with `-o`.",
    "unreadable-row": "{file}: a stored {what} cannot be read ({why}). If a newer `grade` wrote it, upgrade; else move "
    "the file away and run again.",
    "other": "{folder}: the results cannot be stored ({why}). What was stored before is safe. Cure that and run the "
    "same command again, or choose another folder with `-o`.",
}

READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def store_error(code: str, folder: Path, **facts: object) -> StoreError:
    """The StoreError of one entry of MESSAGES."""
    return StoreError(MESSAGES[code].format(folder=folder, file=folder / "grades.sqlite", **facts))


def from_os(error: OSError, folder: Path) -> StoreError:
    """What an OSError at `folder` means for a person."""
    if error.errno in READ_ONLY:
        return store_error("read-only", folder)
    if error.errno in FULL:
        return store_error("full", folder)
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return store_error("not-a-folder", folder)
    return store_error("other", folder, why=error.strerror or error)


def from_sqlite(error: sqlite3.Error, folder: Path) -> StoreError:
    """What an error of SQLite means for a person. By its code, never by its words.

    A full disk shows as FULL, or as an IO error in a write, a sync, or in growing the shared index of the log.
    """
    code = getattr(error, "sqlite_errorcode", None) or 0
    match code & 0xFF:
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return store_error("not-a-database", folder)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return store_error("read-only", folder)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return store_error("held", folder, who="")
        case sqlite3.SQLITE_FULL:
            return store_error("full", folder)
    if code in (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_FSYNC):
        return store_error("full", folder)
    return store_error("other", folder, why=error)
