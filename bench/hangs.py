"""A class of which half hangs, beside a class of correct programs: what waiting costs.

    python -m bench.hangs [--submissions N] [--rounds N] [--jobs N]

The hanging half holds copies of the programs in `tests/programs/mistakes` that wait for ever for something that cannot
come (no timed sleeps); the rest, and the whole of the other class, are copies of the solutions. Hand-ins differ by a
comment. Prints the real time of each class, and the ratio.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MISTAKES = ROOT / "tests" / "programs" / "mistakes"
HANGING = (
    "lock-never-released", "receives-before-sending", "receives-for-ever", "waits-for-ever",
    "waits-for-the-end-of-the-stream", "waits-for-two-clients", "reads-on-without-answering",
)  # fmt: skip


def lay_out(sources: list[Path], folder: Path, tag: str) -> None:
    """One hand-in for each source, each made different by a comment."""
    for number, source in enumerate(sources):
        target = folder / f"student-{number:04}"
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "expected.yaml"))
        for program in target.glob("*.py"):
            with program.open("a") as stream:
                stream.write(f"\n# hand-in {number} of {tag}\n")


def seconds_for(sources: list[Path], jobs: int, tag: str) -> float:
    """Real time that `grade` takes for a fresh class in a fresh folder."""
    with tempfile.TemporaryDirectory(prefix="grade-hangs-") as scratch:
        students, out = Path(scratch, "class"), Path(scratch, "results")
        lay_out(sources, students, tag)
        command = [sys.executable, "-m", "grader.cli", "run", str(students), "-o", str(out), "-q", "-j", str(jobs)]
        started = time.monotonic()
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        if status > 1:
            sys.exit(f"grade ended with status {status}")
        return time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.hangs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100, help="hand-ins in each class (default 100)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of both (default 3)")
    parser.add_argument("--jobs", type=int, default=4 * (os.cpu_count() or 1), help="as of grade run")
    chosen = parser.parse_args()
    correct = [ROOT / "solutions"] * chosen.submissions
    half = chosen.submissions // 2
    hanging = [MISTAKES / HANGING[number % len(HANGING)] for number in range(half)] + correct[half:]
    ratios = []
    for number in range(chosen.rounds):
        good = seconds_for(correct, chosen.jobs, f"correct {number}")
        mixed = seconds_for(hanging, chosen.jobs, f"hanging {number}")
        ratios.append(mixed / good)
        print(
            f"round {number + 1}: correct {good:.1f} s, half hanging {mixed:.1f} s, ratio {mixed / good:.2f}",
            flush=True,
        )
    print(f"median ratio {statistics.median(ratios):.2f} for {chosen.submissions} submissions, {half} of which hang")


if __name__ == "__main__":
    main()
