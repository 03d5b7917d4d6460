"""What a command costs before it does anything, and what `grade check` costs a student in all, cold start included.

    python -m bench.startup [--rounds N] [--top N] [--folder FOLDER]

For each command: processor time (user and system, of it and all that it waited for) and real time, least and median of
the rounds, and how long its imports take by `python -X importtime`, with the modules whose own code takes longest.
`--folder` is the hand-in that `grade check` checks; by default the solutions, in which all is well. Least real time is
what a student with an idle machine sees.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.grading import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One call: seconds of processor time and of real time, and what was printed to stderr."""

    cpu: float
    wall: float
    errors: str


def commands(folder: Path) -> dict[str, list[str]]:
    """Name -> arguments of Python."""
    grade = ["-m", "grader.cli"]
    return {
        "python": ["-c", "pass"],
        "grade --help": [*grade, "--help"],
        "grade rubric check": [*grade, "rubric", "check", str(ROOT / "rubric.yaml")],
        "grade run --help": [*grade, "run", "--help"],
        "grade check": [*grade, "check", str(folder)],
    }


def call(arguments: list[str], *options: str) -> Once:
    """Run Python once, to its end. Exits when it fails."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *options, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    errors = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} ended with status {process.returncode}\n{errors[-2000:].decode()}")
    return Once(cpu=used.ru_utime + used.ru_stime, wall=time.monotonic() - started, errors=errors.decode())


def imports(errors: str) -> tuple[float, list[tuple[float, str]]]:
    """Seconds of all imports, and (seconds, module) of each by its own code, from the lines of `-X importtime`."""
    rows = [line.removeprefix("import time:").split("|") for line in errors.splitlines() if "|" in line]
    own = [(int(row[0]) / 1e6, row[2].strip()) for row in rows if row[0].strip().isdigit()]
    return sum(seconds for seconds, _ in own), sorted(own, reverse=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.startup", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="calls of each command (default 9)")
    parser.add_argument("--top", type=int, default=8, help="modules to list (default 8)")
    parser.add_argument("--folder", type=Path, default=ROOT / "solutions", help="what grade check checks")
    chosen = parser.parse_args()

    print("                        CPU: least  median     real: least  median     imports")
    for name, arguments in commands(chosen.folder.resolve()).items():
        call(arguments)  # so that bytecode and files are where they will be
        calls = [call(arguments) for _ in range(chosen.rounds)]
        cpu, wall = [one.cpu for one in calls], [one.wall for one in calls]
        total, modules = imports(call(arguments, "-X", "importtime").errors)
        print(
            f"{name:20} {1000 * min(cpu):11.0f} ms {1000 * statistics.median(cpu):5.0f} ms {1000 * min(wall):10.0f} ms "
            f"{1000 * statistics.median(wall):5.0f} ms {1000 * total:8.0f} ms of {len(modules)} modules"
        )
        longest = ", ".join(f"{module} {1000 * seconds:.0f}" for seconds, module in modules[: chosen.top])
        print(f"    longest (ms): {longest}", flush=True)


if __name__ == "__main__":
    main()
