"""Classes of which half hangs, or sleeps, beside a class of correct programs: what waiting costs.

    python -m bench.hangs [--submissions N] [--rounds N] [--jobs N] [--sleep SECONDS]

The hanging half holds copies of the programs in `tests/programs/mistakes` that wait for ever for something that cannot
come (no timed sleeps). The sleeping half holds copies of the solutions that sleep, each time they are run, before they
do anything. All others are copies of the solutions. Hand-ins differ by a comment. Prints the real time of each class,
and the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from bench.grading import JOBS, ROOT, copy, grade, make_class, workplace

SOLUTIONS = ROOT / "solutions"
MISTAKES = ROOT / "tests" / "programs" / "mistakes"
HANGING = (
    "lock-never-released", "receives-before-sending", "receives-for-ever", "waits-for-ever",
    "waits-for-the-end-of-the-stream", "waits-for-two-clients", "reads-on-without-answering",
)  # fmt: skip


def sleeping(folder: Path, seconds: float) -> Path:
    """The solutions, asleep at first."""
    copy(SOLUTIONS, folder, f"after {seconds} s")
    for program in folder.glob("*.py"):
        program.write_text(f"import time\n\ntime.sleep({seconds})\n{program.read_text()}")
    return folder


def seconds_for(sources: list[Path], jobs: int, tag: str) -> float:
    """Real time that `grade` takes for a fresh class in a fresh folder."""
    with workplace(None) as folder:
        make_class(sources, folder / "class", tag)
        started = time.monotonic()
        grade(folder / "class", folder / "results", jobs)
        return time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.hangs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100, help="hand-ins in each class (default 100)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of both (default 3)")
    parser.add_argument("--jobs", type=int, default=JOBS, help="as of grade run")
    parser.add_argument("--sleep", type=float, default=2.0, metavar="SECONDS", help="how long sleepers sleep (2)")
    chosen = parser.parse_args()
    half, rest = chosen.submissions // 2, [SOLUTIONS] * (chosen.submissions - chosen.submissions // 2)
    with workplace(None) as folder:
        classes = {
            "half hanging": [MISTAKES / HANGING[number % len(HANGING)] for number in range(half)] + rest,
            "half sleeping": [sleeping(folder / "sleeping", chosen.sleep)] * half + rest,
        }
        ratios: dict[str, list[float]] = {name: [] for name in classes}
        for number in range(chosen.rounds):
            correct = seconds_for([SOLUTIONS] * chosen.submissions, chosen.jobs, f"correct {number}")
            print(f"round {number + 1}: correct {correct:.1f} s", end="", flush=True)
            for name, sources in classes.items():
                seconds = seconds_for(sources, chosen.jobs, f"{name} {number}")
                ratios[name].append(seconds / correct)
                print(f", {name} {seconds:.1f} s, ratio {seconds / correct:.2f}", end="", flush=True)
            print()
    for name, found in ratios.items():
        print(f"median ratio {statistics.median(found):.2f} for {chosen.submissions} submissions, {name}")


if __name__ == "__main__":
    main()
