"""Processor time of a command and of everything it starts, however it ends.

A box is killed with everything in it, so the usual account (`getrusage` of the children that were waited for) misses
most of the work. A control group misses nothing: it is the kernel's own count of all that ever ran in it. Where none
can be made, the whole machine's time is taken instead, which is right only while nothing else runs.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a command took: exit status, seconds of real time, seconds of processor time."""

    status: int
    wall_seconds: float
    cpu_seconds: float


def unified_root() -> Path | None:
    """Where this process lies in the unified hierarchy (cgroups(7), version 2), if it may make groups there."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, _, path = line.split(":", 2)
        if number == "0":
            for mount in (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")):
                if (mount / "cgroup.controllers").exists():
                    return mount / path.lstrip("/")
    return None


def legacy_root() -> Path | None:
    """The same for version 1 and its accounting controller."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpuacct" in controllers.split(","):
            folder = Path("/sys/fs/cgroup", controllers, path.lstrip("/"))
            return folder if folder.exists() else None
    return None


class Group:
    """A control group of its own for one command. `unified`: version 2."""

    def __init__(self, root: Path, unified: bool) -> None:
        self.folder, self.unified = root / f"grade-bench-{os.getpid()}-{time.monotonic_ns()}", unified
        self.folder.mkdir()

    def enter(self) -> None:
        """Put the calling process into the group; its children stay there."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def cpu_seconds(self) -> float:
        """Processor time of everything that ran in the group so far."""
        if self.unified:
            rows = dict(line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
            return int(rows["usage_usec"]) / 1e6
        return int((self.folder / "cpuacct.usage").read_text()) / 1e9

    def remove(self) -> None:
        """Remove the group; what still ends in it is waited for."""
        for _ in range(200):
            try:
                self.folder.rmdir()
                return
            except OSError:
                time.sleep(0.05)


def make_group() -> Group | None:
    """A control group that counts, or None where this user may make none."""
    for root, unified in ((unified_root(), True), (legacy_root(), False)):
        if root is None:
            continue
        try:
            group = Group(root, unified)
        except OSError:
            continue
        try:  # the right to make a group is not yet the right to move a process there
            subprocess.run(["true"], preexec_fn=group.enter, check=True)
            group.cpu_seconds()
            return group
        except (OSError, subprocess.SubprocessError, KeyError, ValueError):
            group.remove()
    return None


def machine_cpu_seconds() -> float:
    """Processor time that the whole machine has spent since it was started (proc(5), /proc/stat), idle time apart."""
    user, nice, system, _idle, _iowait, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS_PER_SECOND


def how_counted() -> str:
    """How `measure` counts on this machine, in words."""
    group = make_group()
    if group is None:
        return "the whole machine's (/proc/stat; no control group can be made here), so keep it idle"
    group.remove()
    return f"all processes, boxes included (control group, version {2 if group.unified else 1})"


def measure(command: Sequence[str], cwd: Path) -> Spent:
    """Run a command to its end in the folder `cwd`, and say what it took."""
    group = make_group()
    cpu_before = group.cpu_seconds() if group else machine_cpu_seconds()
    started = time.monotonic()
    try:
        done = subprocess.run(command, preexec_fn=group.enter if group else None, check=False, cwd=cwd)
        wall_seconds = time.monotonic() - started
        cpu_seconds = (group.cpu_seconds() if group else machine_cpu_seconds()) - cpu_before
    finally:
        if group is not None:
            group.remove()
    return Spent(status=done.returncode, wall_seconds=wall_seconds, cpu_seconds=cpu_seconds)
