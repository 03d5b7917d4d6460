"""What a run has left behind in its box: the proof that the next one starts clean."""

from __future__ import annotations

import errno
import os

from network import free  # type: ignore[import-not-found]  # the files beside this one
from watch import HOME  # type: ignore[import-not-found]

SCRATCH = ("/tmp", "/dev/shm")

Inventory = tuple[tuple[object, ...], ...]  # what lies under a folder


def inventory(top: str, most: int = 2000) -> Inventory:
    """What lies under a folder, precisely enough that any write shows: change times cannot be forged in the box."""
    rows: list[tuple[object, ...]] = []
    stack = [top]
    while stack:
        folder = stack.pop()
        here = os.lstat(folder)
        rows.append((folder, here.st_mtime_ns, here.st_ctime_ns, here.st_mode))
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                stack.append(entry.path)
                continue
            seen = entry.stat(follow_symlinks=False)
            rows.append((entry.path, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_mode, seen.st_size, seen.st_nlink))
        if len(rows) > most:
            break
    return tuple(rows)


def snapshot() -> tuple[Inventory, ...]:
    """The state of everything in the box that a program can write to."""
    return tuple(inventory(top) for top in (HOME, *SCRATCH))


def leftovers(before: tuple[Inventory, ...], ports: set[int]) -> str:
    """What the run that just ended has left behind, or an empty string: the proof that the next one starts clean.

    All processes are dead, so all that can be left of the network are closed connections still in TIME_WAIT. Those
    of the grader sit on ports that no later run uses; one on a port that programs bind would stand in their way.
    """
    try:
        if snapshot() != before:
            return "files"
    except OSError as error:
        return f"files ({errno.errorcode.get(error.errno or 0, error.errno)})"
    if any(name.isdigit() and name != "1" for name in os.listdir("/proc")):
        return "a process"
    for port in ports:
        if not free(port):
            return f"a connection on port {port}"
    for kind in ("shm", "sem", "msg"):
        try:
            with open(f"/proc/sysvipc/{kind}") as table:
                if len(table.readlines()) > 1:
                    return f"a System V {kind}"
        except FileNotFoundError:
            continue
    return ""
