"""Control groups: what bounds all processes of a box together, where this machine lets us make any.

Resource limits bound each process; only a control group bounds what many small ones hold together, and gives each box
the same share of a processor, however many processes it starts. Version 2 is used where it is delegated to us
(`systemd-run --user --scope -p Delegate=yes grade …`) or we are root, version 1 where we are root. Everywhere else the
grader watches the sum of a box's memory itself (`peers/watch.py`), and `grade doctor` says so.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.descriptors import EXHAUSTED
from grader.model import Limits

ROOT = Path("/sys/fs/cgroup")
NEEDED = ("memory", "pids")
SHARED = "cpu"  # gives each box the same share of a processor, however many processes it starts; may be missing
OWN_PROCESSES = 4  # the launcher, and what it may briefly have besides the program
PREFIX = "run"  # a program can read the name of its group, so the name says nothing
NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Parents:
    """Where groups can be made. `version`: 1 or 2.  `folders`: controller -> folder; version 2 has one for all."""

    version: int
    folders: Mapping[str, Path]


class Group:
    """The control group of one box. `close` is to be called once all of its processes are gone."""

    def __init__(self, version: int, folders: Sequence[Path]) -> None:
        self.version, self.folders = version, folders

    def kills(self) -> int:
        """How many processes the kernel has killed because the group's memory was used up."""
        for folder in self.folders:
            with contextlib.suppress(OSError, ValueError):
                text = (folder / ("memory.events" if self.version == 2 else "memory.oom_control")).read_text()
                return int(dict(line.split() for line in text.splitlines()).get("oom_kill", 0))
        return 0

    def close(self) -> None:
        """Remove the group."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()


def enclose(pid: int, limits: Limits) -> Group | None:
    """Put a process, and all that it will start, into a new group; None where groups cannot be had.

    Raises OSError when only descriptors are lacking: that is no reason for a box to go without a group.
    """
    where = parents()
    if where is None:
        return None
    name = f"{PREFIX}-{os.getpid()}-{next(NUMBERS)}"
    made: list[Path] = []
    try:
        for folder in dict.fromkeys(where.folders.values()):
            (folder / name).mkdir()
            made.append(folder / name)
        for file, value in settings(where.version, limits):
            for folder in made:
                if (folder / file).exists():
                    (folder / file).write_text(str(value))
        for folder in made:
            (folder / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        if error.errno in EXHAUSTED:
            raise
        return None
    return Group(where.version, made)


def settings(version: int, limits: Limits) -> list[tuple[str, int]]:
    """The files of a group and what goes into them, in this order. Pure.

    All processes together may hold twice the memory of one, the same bound as in `peers/watch.py`, and no swap.
    """
    memory, processes = 2 * limits.memory_bytes, limits.processes + OWN_PROCESSES
    if version == 2:
        return [("memory.max", memory), ("memory.swap.max", 0), ("pids.max", processes)]
    return [("memory.limit_in_bytes", memory), ("memory.memsw.limit_in_bytes", memory), ("pids.max", processes)]


@functools.cache
def parents() -> Parents | None:
    """Where this process may make groups; None if nowhere."""
    own = own_groups()
    if is_version_2():
        for folder in (ROOT / own.get("", "/").lstrip("/"), ROOT):
            if os.access(folder, os.W_OK) and delegates(folder):
                with contextlib.suppress(OSError):
                    (folder / "cgroup.subtree_control").write_text(f"+{SHARED}")
                return Parents(2, dict.fromkeys(NEEDED, folder))
        return None
    folders = {name: ROOT / name / own.get(name, "/").lstrip("/") for name in (*NEEDED, SHARED)}
    for name, folder in list(folders.items()):
        if not os.access(folder, os.W_OK):
            del folders[name]
    if not set(NEEDED) <= set(folders):
        return None
    remove_stale(folders.values())
    return Parents(1, folders)


def own_groups() -> dict[str, str]:
    """Controller -> the group that this process is in (proc(5), cgroup); version 2 stands under the empty name."""
    found: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            found |= dict.fromkeys(controllers.split(","), path)
    return found


def is_version_2() -> bool:
    """Whether /sys/fs/cgroup is a hierarchy of version 2."""
    return (ROOT / "cgroup.controllers").exists()


def delegates(folder: Path) -> bool:
    """Whether groups with the controllers that we need can be made in a folder of version 2.

    A group that holds processes cannot hand controllers down, so we move into a child of it first, and back if that
    was not enough.
    """
    remove_stale([folder])
    control = folder / "cgroup.subtree_control"
    wanted = " ".join(f"+{name}" for name in NEEDED)
    try:
        if set(NEEDED) <= set(control.read_text().split()):
            return True
        if not set(NEEDED) <= set((folder / "cgroup.controllers").read_text().split()):
            return False
        own = folder / f"{PREFIX}-{os.getpid()}-0"
        own.mkdir()
        (own / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        return False
    try:
        control.write_text(wanted)
    except OSError:
        with contextlib.suppress(OSError):
            (folder / "cgroup.procs").write_text(str(os.getpid()))
            own.rmdir()
        return False
    return True


def remove_stale(folders: Iterable[Path]) -> None:
    """Remove groups of graders that have been killed. The kernel removes none that still holds a process."""
    for folder in folders:
        for group in folder.glob(f"{PREFIX}-*-*"):
            if not os.path.exists(f"/proc/{group.name.split('-')[1]}"):
                with contextlib.suppress(OSError):
                    group.rmdir()
