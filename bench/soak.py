"""Grade a set again and again under load, and count verdicts that flip.

    python -m bench.soak [--gradings N] [--load K] [--jobs N] [--beside N] [FOLDER ...]

First the set is graded once with nothing else running: its verdicts are what all others are held to. Then it is graded,
each time into a fresh folder so that nothing is answered from the store, until N gradings have been made, with K busy
loops for each processor competing for the machine, and with N commands grading beside each other. Default: the example
class, the correct styles and the mistakes; 1,000 gradings; 4 loops a processor; 3 commands.

Prints, for each check, how often its verdict differed from the idle machine's. Exits with 1 when one did.
"""

from __future__ import annotations

import argparse
import collections
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.grading import JOBS, ROOT, grade, workplace
from grader.store import Store

SETS = ("examples/class", "tests/programs/styles", "tests/programs/mistakes")
Verdicts = dict[tuple[str, str], tuple[str, str]]  # (submission, check) -> verdict, and what the student is told
NOT_THERE = ("not there", "")


def spin() -> None:
    """Compete for a processor until killed."""
    while True:
        pass


@contextmanager
def background_load(loops: int) -> Iterator[None]:
    """`loops` busy loops for as long as the block lasts."""
    running = [multiprocessing.Process(target=spin, daemon=True) for _ in range(loops)]
    for one in running:
        one.start()
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.join()


def verdicts(folders: list[Path], jobs: int) -> Verdicts:
    """Grade everything once, in a process and a folder of its own."""
    found: Verdicts = {}
    for folder in folders:
        with workplace(None) as out:
            grade(folder.resolve(), out, jobs)
            show_faults(out)
            for one in json.loads((out / "results.json").read_text())["submissions"]:
                found |= {(f"{folder.name}/{one['id']}", check["id"]): told(check) for check in one["checks"]}
    return found


def told(check: dict[str, Any]) -> tuple[str, str]:
    """A check's verdict and reason, of results.json."""
    return check["verdict"], check.get("reason") or ""


def show_faults(out: Path) -> None:
    """Print what the grader says of faults of its own."""
    with Store.open(out) as store:
        for grade in store.latest_grades():
            faults = {one.observation.staff_note for one in grade.checks if one.observation.verdict == "harness-error"}
            for fault in filter(None, faults):
                print(f"fault: {grade.submission}: {fault[-600:]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[ROOT / name for name in SETS])
    parser.add_argument("--gradings", type=int, default=1000, help="submissions graded under load (default 1000)")
    parser.add_argument("--load", type=int, default=4, help="busy loops for each processor (default 4)")
    parser.add_argument("--jobs", type=int, default=JOBS, help="as of grade run")
    parser.add_argument("--beside", type=int, default=3, help="commands that grade at the same time (default 3)")
    chosen = parser.parse_args()
    loops = chosen.load * (os.cpu_count() or 1)

    idle = verdicts(chosen.folders, chosen.jobs)
    submissions = len({name for name, _ in idle})
    print(f"{submissions} submissions, {len(idle)} verdicts each time; load: {loops} busy loops", flush=True)
    flips: collections.Counter[str] = collections.Counter()
    done, started = 0, time.monotonic()
    rounds = -(-chosen.gradings // submissions)
    with background_load(loops), ThreadPoolExecutor(chosen.beside) as pool:
        running = [pool.submit(verdicts, chosen.folders, chosen.jobs) for _ in range(rounds)]
        for finished in as_completed(running):
            seen = finished.result()
            for key in sorted(idle.keys() | seen.keys()):
                (was, _), (now, reason) = idle.get(key, NOT_THERE), seen.get(key, NOT_THERE)
                if was != now:
                    flips[key[1]] += 1
                    print(f"flip: {key[0]} {key[1]}: {was} when idle, now {now}: {reason}", flush=True)
            done += submissions
            rate = done / (time.monotonic() - started)
            print(f"{done} gradings, {sum(flips.values())} flips, {rate:.1f} a second", flush=True)
    for check, count in sorted(flips.items()):
        print(f"{count:6} {check}")
    print(f"{sum(flips.values())} flips in {done} gradings ({done * len(idle) // submissions} verdicts)")
    sys.exit(1 if flips else 0)


if __name__ == "__main__":
    main()
