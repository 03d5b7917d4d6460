"""The same class here and on a cluster of which a worker is killed: the scores must be the same.

    python -m bench.cluster [--submissions N] [--workers N] [--jobs N] [--kill-at SHARE] [--folder FOLDER]

The submissions are those of `bench/classes.py`. They are graded by `grade run` on this machine, and by `grade run
--cluster` on a scheduler and workers that are started here as processes of their own, one of which is killed with
`kill -9` when a share of the class is in the store. Then every page and table of the two is compared to the byte, and
the store is searched for anything that was graded twice. Prints what both took; ends with status 1 when anything
differs. `--folder` keeps class and results, and goes on with what it finds there.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.classes import write_class
from bench.grading import GRADE, ROOT, command, demand_graded, grade, stored, workplace
from bench.kills import children_of, compare

LOOK_SECONDS = 0.25


@contextlib.contextmanager
def cluster(workers: int, jobs: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A cluster on this machine: its address, and the command that runs it."""
    start = [*GRADE, "cluster", "--workers", str(workers), "--jobs", str(jobs), "--port", "0"]
    running = subprocess.Popen(start, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        address = running.stdout.readline().partition(": ")[0]
        if not address:
            sys.exit("the cluster did not start; see above")
        yield address, running
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate()


def a_worker(running: subprocess.Popen[str]) -> int:
    """The process id of one worker: the child that a nanny has spawned."""
    for child in children_of(running.pid):
        for grandchild in children_of(child):
            if b"spawn_main" in Path(f"/proc/{grandchild}/cmdline").read_bytes():
                return grandchild
    sys.exit("no worker was found to kill")


def kill_at(batch: subprocess.Popen[bytes], out: Path, count: int, cluster: subprocess.Popen[str]) -> str:
    """Kill a worker as soon as the store holds `count` grades. Returns what was done."""
    finished = os.pidfd_open(batch.pid)
    try:
        while (now := len(stored(out))) < count:
            if select.select([finished], [], [], LOOK_SECONDS)[0]:
                return "no worker was killed: the batch had ended before"
        os.kill(a_worker(cluster), signal.SIGKILL)
        return f"a worker was killed with {now} grades stored"
    finally:
        os.close(finished)


def twice(out: Path) -> int:
    """Hand-ins with more than one grade, and contents with more than one set of records."""
    queries = (
        "SELECT count(*) FROM (SELECT 1 FROM grades GROUP BY name HAVING count(*) > 1)",
        "SELECT count(*) FROM (SELECT 1 FROM records GROUP BY submission_digest, plan_digest HAVING count(*) > 1)",
    )
    with contextlib.closing(sqlite3.connect(f"file:{out / 'grades.sqlite'}?mode=ro", uri=True)) as database:
        return sum(int(database.execute(query).fetchone()[0]) for query in queries)


def compared(folder: Path, submissions: int, workers: int, jobs: int, share: float) -> bool:
    """Do it all. Returns whether nothing differs."""
    students, here, there = folder / "class", folder / "here", folder / "there"
    if not students.exists():
        write_class(students, submissions)
    started = time.monotonic()
    grade(students, here)
    print(f"here: {submissions} submissions in {time.monotonic() - started:.1f} s", flush=True)
    with cluster(workers, jobs) as (address, running):
        started = time.monotonic()
        batch = subprocess.Popen(command(students, there, "--cluster", address), cwd=ROOT)
        print(f"cluster of {workers} workers: {kill_at(batch, there, int(share * submissions), running)}", flush=True)
        demand_graded(batch.wait())
        print(f"cluster: {submissions} submissions in {time.monotonic() - started:.1f} s", flush=True)
    different, repeated = compare(here, there), twice(there)
    print(f"{len(different)} files differ; {repeated} were graded or run twice.")
    for name in different[:20]:
        print(f"differs: {name}")
    return not different and not repeated


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--submissions", type=int, default=200, help="hand-ins in the class (default 200)")
    parser.add_argument("--workers", type=int, default=2, help="workers of the cluster (default 2)")
    parser.add_argument("--jobs", type=int, default=4, help="submissions at a time on each (default 4)")
    parser.add_argument("--kill-at", type=float, default=0.3, help="share of the class in the store (default 0.3)")
    parser.add_argument("--folder", type=Path, help="where class and results are kept; else in a scratch folder")
    chosen = parser.parse_args()
    with workplace(chosen.folder) as folder:
        good = compared(folder, chosen.submissions, chosen.workers, chosen.jobs, chosen.kill_at)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
