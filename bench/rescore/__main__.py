"""A large class in the store: re-grading it unchanged, re-scoring it after edits of the rubric, its pages in a browser.

    python -m bench.rescore [--submissions N] [--folder FOLDER]

The store is filled with real records of a small class, multiplied (see `fill.py`), so that nothing has to be run. Then
the same class is graded again and again, each time in a fresh process: for its pages, unchanged, after an edit of
points, of a hint and of an idea. Of each pass it prints, stage by stage, real and processor time, how many submissions
needed no run, how many files changed, and the most memory that the process held. `--folder` keeps the class and its
results for another time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from bench.grading import ROOT, workplace
from bench.rescore.browser import open_page
from bench.rescore.fill import fill
from grader.rubric_file import SHIPPED_RUBRIC, load

EDITS = {
    "an edit of points": {"    points: 6\n": "    points: 5\n", "    points: 4\n": "    points: 5\n"},
    "an edit of a hint": {"    hint: ": "    hint: Look again. "},
    "an edit of an idea": {"        idea: ": "        idea: In other words, "},
}


def edited(folder: Path, number: int, changes: dict[str, str]) -> Path:
    """The shipped rubric, with everything beside it, after changes, each made at the first place where it can be."""
    text = SHIPPED_RUBRIC.read_text(encoding="utf-8")
    for old, new in changes.items():
        if old not in text:
            sys.exit(f"the rubric has no {old!r} to edit")
        text = text.replace(old, new, 1)
    target = folder / f"rubric-{number}"
    if not target.exists():
        shutil.copytree(SHIPPED_RUBRIC.parent, target)
    path = target / "rubric.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def step(title: str, folder: Path, out: Path, rubric: Path, count: int) -> None:
    """One pass, printed."""
    command = [sys.executable, "-m", "bench.rescore.stages", str(folder), str(out), str(rubric)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    wall, cpu = (sum(times[place] for times in found["stages"].values()) for place in (0, 1))
    print(f"{title}: {wall:.2f} s, {cpu:.2f} s of processor time, {found['peak_kib'] / 1024:.0f} MiB at most")
    for name, (seconds, used) in found["stages"].items():
        print(f"    {name:8} {seconds:7.2f} s {used:7.2f} s of processor time  ({1000 * used / count:.3f} ms each)")
    print(f"    nothing to run for {found['reused']} of {count}; {found['changed']} files changed", flush=True)


def measure(folder: Path, count: int) -> None:
    students, out, rubric = folder / "class", folder / "results", SHIPPED_RUBRIC
    if not out.exists():
        different = fill(students, out, count, load(rubric))
        print(f"{count} submissions in the store; {different} verdicts differ from those they were made from")
    store = out / "grades.sqlite"
    print(f"the store: {store.stat().st_size / 1e6:.0f} MB\n", flush=True)
    step("the first pages", students, out, rubric, count)
    step("unchanged", students, out, rubric, count)
    for number, (title, changes) in enumerate(EDITS.items()):
        step(f"after {title}", students, out, edited(folder, number, changes), count)
    print(f"\nthe overview, {(out / 'overview.html').stat().st_size / 1e6:.1f} MB: {open_page(out / 'overview.html')}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rescore", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--submissions", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--folder", type=Path, help="where to keep class and results; used again when it is there")
    chosen = parser.parse_args()
    with workplace(chosen.folder) as folder:
        measure(folder, chosen.submissions)


if __name__ == "__main__":
    main()
