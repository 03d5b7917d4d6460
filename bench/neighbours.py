"""What honest hand-ins pay for hostile ones in the same batch.

    python -m bench.neighbours [--honest N] [--jobs N] [--rounds N] [--attacks NAME ...]

The same honest hand-ins are graded alone, and in one batch with attackers, one for each of them. Of every run of an
honest program its processor time and its real time are in the store; printed are, for both batches, the medians and
the slowest tenth, when the honest ones were done, and the whole batch.

With N jobs, N boxes are in flight at any time, and with control groups each has the same share of a processor, however
many processes it starts. So beside attackers that compute all the time, an honest run may take as many times longer as
there are boxes for each processor, and no more; its own processor time stays what it is. The batch may take as long as
both take one after the other. Ends with status 1 when a mark differs, or when one of these bounds is broken by more
than a tenth and a tenth of a second. Real time is only worth something on an idle machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.grading import JOBS, ROOT, copy, workplace
from bench.kills import lay_out
from grader.answers import check_pattern
from grader.intake import find_submissions
from grader.model import Grade, Rubric
from grader.pipeline import Progress, grade_class
from grader.rubric import load_rubric, plan_digest
from grader.sandbox.cgroups import parents
from grader.store import Store

ATTACKS = ROOT / "tests" / "attacks"
HOSTILE = ("spins", "forks-without-end", "threads-without-end", "hoards-memory-together", "floods-stdout",
           "floods-the-peer", "stores-megabytes", "connects-without-end")  # fmt: skip


@dataclass(slots=True)
class Batch:
    """What was seen of one batch. Seconds; `cpu`, `wall`: of each run of an honest program."""

    seconds: float = 0.0
    last_honest: float = 0.0
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    marks: dict[str, Grade] = field(default_factory=dict)


def add_attackers(students: Path, count: int, names: Sequence[str]) -> None:
    """That many hostile hand-ins, each made different by a comment, sorted in between the honest ones."""
    for number in range(count):
        name = names[number % len(names)]
        copy(ATTACKS / name, students / f"s{number:04}-zz-{name}", f"hand-in {number}")


def grade(students: Path, out: Path, rubric: Rubric, jobs: int) -> Batch:
    """Grade a class, and look at its honest half."""
    seen, started = Batch(), time.monotonic()

    def note(progress: Progress) -> None:
        if "-zz-" not in progress.grade.submission:
            seen.last_honest = time.monotonic() - started
            seen.marks[progress.grade.submission] = progress.grade

    with Store.open(out) as store:
        pending = list(find_submissions([students], rubric))
        asyncio.run(grade_class(pending, rubric, store, jobs=jobs, on_progress=note))
        seen.seconds = time.monotonic() - started
        for one in seen.marks.values():
            records = store.stored_records(one.submission_digest, plan_digest(rubric)) or {}
            seen.cpu += [record.cpu_seconds for record in records.values()]
            seen.wall += [record.wall_seconds for record in records.values()]
    return seen


def slowest_tenth(values: Sequence[float]) -> float:
    """The value that nine in ten stay below."""
    return sorted(values)[len(values) * 9 // 10]


def tell(name: str, seen: Batch) -> None:
    """One line about one batch."""
    print(
        f"{name:24} batch {seen.seconds:6.1f} s, honest done after {seen.last_honest:6.1f} s; a run: processor "
        f"{1000 * statistics.median(seen.cpu):5.0f} ms, real {1000 * statistics.median(seen.wall):5.0f} ms, slowest "
        f"tenth {1000 * slowest_tenth(seen.wall):5.0f} ms",
        flush=True,
    )


def broken(alone: Batch, hostile: Batch, mixed: Batch, share: float) -> list[str]:
    """The bounds that were not kept; `share`: boxes in flight for each processor."""

    def beyond(seconds: float, most: float) -> bool:
        return seconds > 1.1 * most + 0.1

    found = []
    if any(mixed.marks.get(name) != mark for name, mark in alone.marks.items()):
        found.append("a mark differs")
    if beyond(statistics.median(mixed.cpu), statistics.median(alone.cpu)):
        found.append("an honest run takes more processor time")
    if beyond(statistics.median(mixed.wall), share * statistics.median(alone.wall)):
        found.append("an honest run waits longer than its share")
    if beyond(mixed.seconds, alone.seconds + hostile.seconds):
        found.append("the batch takes longer than its two halves")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.neighbours", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--honest", type=int, default=20, help="honest hand-ins, and as many attackers (default 20)")
    parser.add_argument("--jobs", type=int, default=JOBS, help="as of grade run")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured (default 3)")
    parser.add_argument("--attacks", nargs="+", default=HOSTILE, help="folders of tests/attacks")
    chosen = parser.parse_args()
    rubric = load_rubric(ROOT / "rubric.yaml", check_pattern)
    where, share = parents(), max(1.0, chosen.jobs / (os.cpu_count() or 1))
    print(
        f"{chosen.jobs} jobs, {os.cpu_count()} processors, control groups: {sorted(where.folders) if where else None}"
    )
    failed: list[str] = []
    for number in range(chosen.rounds):
        with workplace(None) as folder:
            for name in ("honest", "mixed"):
                lay_out(folder / name, chosen.honest)
            for name in ("hostile", "mixed"):
                add_attackers(folder / name, chosen.honest, chosen.attacks)
            alone, hostile, mixed = (
                grade(folder / name, folder / f"{name}-out", rubric, chosen.jobs)
                for name in ("honest", "hostile", "mixed")
            )
        tell("honest alone", alone)
        print(f"{'attackers alone':24} batch {hostile.seconds:6.1f} s")
        tell("honest among attackers", mixed)
        failed += [f"round {number + 1}: {what}" for what in broken(alone, hostile, mixed, share)]
    print("\n".join(failed) or "Within their share.")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
