"""Kill a batch again and again, at random, with `kill -9`: what comes out must be what an undisturbed run brings.

    python -m bench.kills [--kills N] [--submissions N] [--seed N] [--jobs N]

A class of that many hand-ins (the example class, each made different by a comment) is graded twice: once undisturbed,
and once in a process that is killed again and again. When a kill comes is drawn from a seed, as progress and not as
time: so many boxes after the store has come to hold so many grades; the kills are spread over the whole batch. After
the last one the batch is run to its end, and both folders are compared: every page and table to the byte. After each
kill it is made sure that no process of the batch is left, that the database is sound, and that no grade which was there
before has gone.

Prints where the batch stood at each kill, and ends with status 1 when anything differed.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.grading import JOBS, ROOT, command, copy, grade, stored, workplace

CLASS = ROOT / "examples" / "class"
SLEEPERS = ("nadia-rahman",)  # waits for seconds in each run, which would make this last
PR_SET_CHILD_SUBREAPER = 36
LOOK_SECONDS = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill: grades in the store before and after, and whether the batch had ended before it came."""

    before: int
    after: int
    ended: bool


def lay_out(folder: Path, count: int, names: Sequence[str] = ()) -> None:
    """A class of `count` hand-ins, copies of the example class in turn."""
    sources = [
        path for path in sorted(CLASS.iterdir()) if path.name not in SLEEPERS and (not names or path.name in names)
    ]
    for number in range(count):
        source = sources[number % len(sources)]
        copy(source, folder / f"s{number:04}-{source.name}", f"hand-in {number}")


def sound(out: Path) -> str:
    """What SQLite says of the file; `ok` when all is well."""
    if not (out / "grades.sqlite").exists():
        return "ok"
    with contextlib.closing(sqlite3.connect(out / "grades.sqlite")) as database:
        return str(database.execute("PRAGMA integrity_check").fetchone()[0])


def children_of(process: int) -> Iterator[int]:
    """Ids of a process's children, by the kernel's table."""
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        yield from map(int, path.read_text().split())


def last_written(log: Path) -> tuple[int, int]:
    """Size and time of the write-ahead log; its size alone may stay, as it is written over after a checkpoint."""
    try:
        seen = log.stat()
    except FileNotFoundError:
        return 0, 0
    return seen.st_size, seen.st_mtime_ns


def kill_when(batch: subprocess.Popen[bytes], out: Path, grades: int, boxes: int) -> bool:
    """Kill the batch `boxes` boxes after the store has come to hold `grades` grades. True when it ended before."""
    log, written = out / "grades.sqlite-wal", (-1, -1)
    reached, seen = grades == 0, set[int]()
    ended = os.pidfd_open(batch.pid)
    try:
        while not select.select([ended], [], [], LOOK_SECONDS)[0]:
            now = last_written(log)
            if not reached and now != written:
                reached, written = len(stored(out)) >= grades, now
            if reached:
                seen.update(children_of(batch.pid))
            if len(seen) > boxes:
                batch.send_signal(signal.SIGKILL)
                return False
        return True
    finally:
        os.close(ended)
        batch.wait()


def reap_orphans(mine: set[int]) -> list[int]:
    """Wait for what the killed batch has left dying. Returns those that live on, which none may."""
    stayed: list[int] = []
    while left := set(children_of(os.getpid())) - mine - set(stayed):
        child = left.pop()
        descriptor = os.pidfd_open(child)
        if select.select([descriptor], [], [], 20)[0]:
            os.waitpid(child, 0)
        else:
            stayed.append(child)
        os.close(descriptor)
    return stayed


def disturbed(students: Path, out: Path, kills: int, submissions: int, seed: int, jobs: int) -> Iterator[Kill]:
    """Kill the batch `kills` times, then let it end. Raises SystemExit when a kill has lost or left something."""
    dice = random.Random(seed)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    mine = set(children_of(os.getpid()))
    for number, grades in enumerate(sorted(dice.choices(range(submissions), k=kills))):
        before = stored(out)
        batch = subprocess.Popen(command(students, out, "--jobs", jobs), cwd=ROOT)
        ended = kill_when(batch, out, grades, dice.randint(0, 2 * jobs))
        stayed = reap_orphans(mine)
        if stayed:
            raise SystemExit(f"after kill {number + 1} these processes live on: {stayed}")
        said = sound(out)
        if said != "ok":
            raise SystemExit(f"after kill {number + 1} the database is damaged: {said}")
        after = stored(out)
        if not before <= after:
            raise SystemExit(f"kill {number + 1} has lost grades: {sorted(before - after)}")
        yield Kill(before=len(before), after=len(after), ended=ended)
    grade(students, out, jobs)


def pages(out: Path) -> dict[str, bytes]:
    """Everything that a batch writes, but for the database and its lock."""
    files = (path for path in out.rglob("*") if path.is_file() and not path.name.startswith((".grades", "grades.")))
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


def compare(out: Path, other: Path) -> list[str]:
    """Names of the files in which two results differ."""
    first, second = pages(out), pages(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="how often the batch is killed (default 100)")
    parser.add_argument("--submissions", type=int, default=200, help="hand-ins in the class (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    parser.add_argument("--jobs", type=int, default=JOBS, help="as of grade run")
    chosen = parser.parse_args()
    with workplace(None) as folder:
        students, quiet, killed = folder / "class", folder / "quiet", folder / "killed"
        lay_out(students, chosen.submissions)
        grade(students, quiet, chosen.jobs)
        late = 0
        told = disturbed(students, killed, chosen.kills, chosen.submissions, chosen.seed, chosen.jobs)
        for number, kill in enumerate(told, 1):
            late += kill.ended
            how = "had ended" if kill.ended else "killed"
            print(f"kill {number}: {how} with {kill.before} -> {kill.after} grades stored", flush=True)
        different = compare(quiet, killed)
    print(f"{chosen.kills - late} kills of a batch of {chosen.submissions} ({late} came after its end).", end=" ")
    print(f"Seed {chosen.seed}. {len(different)} files differ from an undisturbed run's.")
    for name in different[:20]:
        print(f"differs: {name}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
