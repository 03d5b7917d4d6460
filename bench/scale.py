"""Does cost grow with the class? Grades a class of generated submissions, and samples the supervisor as it goes.

    python -m bench.scale [--submissions N] [--jobs N] [--kinds KINDS] [--folder FOLDER]

The submissions are those of `bench/classes.py`: mutants, mistakes, correct styles and the example class, each beside
other answers. They are graded by `grade run`, boxes and all. At 10, 20, 50, 100, 200, … submissions in the store it
prints the supervisor's memory (resident now, at most so far, and its share of pages that it has in common with others)
and what has been spent since the line before: processor time for each submission, everything counted, and the
supervisor's own part. Programs come in the same order again and again, some seven hundred of them, so that stretches of
that length and longer may be compared. So may the verdicts on one program: at the end it says how many there are, and
how many of them differ from the others. `--folder` keeps class and results.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.classes import KINDS, place_of, programs, write_class
from bench.grading import JOBS, ROOT, command, demand_graded, stored, workplace
from bench.throughput.meter import TICKS_PER_SECOND, Group, how_counted, make_group

LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The batch at one moment. Memory in KiB; times in seconds since the start, processor time of all and of one."""

    graded: int
    seconds: float
    all_cpu: float
    own_cpu: float
    resident: int
    most: int
    share: int


def marks(count: int) -> list[int]:
    """10, 20, 50, 100, 200, … below `count`, and `count`."""
    found = [digit * 10**power for power in range(1, 9) for digit in (1, 2, 5)]
    return [*(one for one in found if one < count), count]


def kibibytes(path: Path) -> dict[str, int]:
    """The lines `Name: number kB` of a file of /proc."""
    rows = (line.split() for line in path.read_text().splitlines() if line.endswith(" kB"))
    return {row[0].rstrip(":"): int(row[1]) for row in rows}


def sample(process: int, group: Group | None, started: float, number: int) -> Sample:
    """How things are now. Raises OSError when the process has ended."""
    status = kibibytes(Path(f"/proc/{process}/status"))
    times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return Sample(
        graded=number,
        seconds=time.monotonic() - started,
        all_cpu=group.cpu_seconds() if group else float("nan"),
        own_cpu=sum(map(int, times)) / TICKS_PER_SECOND,
        resident=status["VmRSS"],
        most=status["VmHWM"],
        share=kibibytes(Path(f"/proc/{process}/smaps_rollup"))["Pss"],
    )


def watch(batch: subprocess.Popen[bytes], group: Group | None, out: Path, count: int) -> Iterator[Sample]:
    """A sample at each mark, and one of the last moment at which the batch was seen: its reports are written then."""
    started, waiting, last = time.monotonic(), marks(count), None
    while batch.poll() is None:
        number = len(stored(out))
        try:
            last = sample(batch.pid, group, started, number)
        except (OSError, KeyError):  # it has just ended
            break
        if waiting and number >= waiting[0]:
            waiting = [mark for mark in waiting if mark > number]
            yield last
        time.sleep(LOOK_SECONDS)
    if last is not None:
        yield last


def show(batch: subprocess.Popen[bytes], group: Group | None, out: Path, count: int) -> None:
    """The table, line by line as it comes."""
    print("  graded     after   resident   at most     share   CPU each   of it the supervisor's")
    before = Sample(graded=0, seconds=0, all_cpu=0, own_cpu=0, resident=0, most=0, share=0)
    for now in watch(batch, group, out, count):
        done = now.graded - before.graded
        whole, own = (
            f"{1000 * (value - earlier) / done:7.1f} ms" if done else "         –"
            for value, earlier in ((now.all_cpu, before.all_cpu), (now.own_cpu, before.own_cpu))
        )
        memory = "".join(f"{value / 1024:8.1f} M" for value in (now.resident, now.most, now.share))
        print(f"{now.graded:8} {now.seconds:8.0f}s {memory} {whole} {own:>14}", flush=True)
        before = now


def flips(out: Path, kinds: tuple[str, ...]) -> str:
    """How many verdicts there are, on how many programs, and how many differ from most of the same check and program.

    Each grading of a program is beside other answers, so that its random bytes are others, too.
    """
    found: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    with contextlib.closing(sqlite3.connect(f"file:{out / 'grades.sqlite'}?mode=ro", uri=True)) as database:
        for name, grade in database.execute("SELECT name, grade FROM grades"):
            for check in json.loads(grade)["checks"]:
                found[place_of(name, kinds), check["id"]][check["observation"]["verdict"]] += 1
    every, usual = sum(map(Counter.total, found.values())), sum(max(one.values()) for one in found.values())
    return f"{every} verdicts on {len(programs(kinds))} programs, {every - usual} of them unlike the others"


def measure(folder: Path, count: int, jobs: int, kinds: tuple[str, ...]) -> None:
    students, out = folder / "class", folder / "results"
    write_class(students, count, kinds)
    group = make_group()
    started = time.monotonic()
    batch = subprocess.Popen(
        command(students, out, "--jobs", jobs),
        cwd=ROOT,
        preexec_fn=group.enter if group else None,  # noqa: PLW1509 - there are no threads here
        stdin=subprocess.DEVNULL,
    )
    try:
        show(batch, group, out, count)
        demand_graded(batch.wait())
        seconds, cpu = time.monotonic() - started, group.cpu_seconds() if group else float("nan")
    finally:
        if batch.poll() is None:
            batch.terminate()
            batch.wait()
        if group is not None:
            group.remove()
    print(f"\n{count} submissions in {seconds:.0f} s with their reports: {count / seconds:.1f} a second, ", end="")
    print(f"{1000 * cpu / count:.1f} ms of processor time each; the store: ", end="")
    print(f"{(out / 'grades.sqlite').stat().st_size / count / 1000:.1f} kB each")
    print(flips(out, kinds))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--submissions", type=int, default=1000, help="how many (default 1,000)")
    parser.add_argument("--jobs", type=int, default=JOBS, help="as of grade run")
    parser.add_argument("--kinds", default=",".join(KINDS), help="of programs, with commas (default: all)")
    parser.add_argument("--folder", type=Path, help="where to keep the class and its results")
    chosen = parser.parse_args()
    print(f"Processor time: {how_counted()}.\n")
    with workplace(chosen.folder) as folder:
        measure(folder, chosen.submissions, chosen.jobs, tuple(chosen.kinds.split(",")))


if __name__ == "__main__":
    main()
