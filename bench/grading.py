"""What the commands here share: hand-ins that no other equals, the command that grades them, and where results are."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GRADE = [sys.executable, "-m", "grader.cli"]  # to be run in ROOT
JOBS = 4 * (os.cpu_count() or 1)  # submissions at a time, as `grade run` has them
NOT_HANDED_IN = ("__pycache__", "attack.yaml", "expected.yaml")  # what Python left, and what the tests expect


def copy(source: Path, target: Path, comment: str) -> None:
    """A hand-in like `source`, with a comment at the end of each program, so that no verdict is known from another."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*NOT_HANDED_IN))
    for program in target.rglob("*.py"):
        with program.open("a") as stream:
            stream.write(f"\n# {comment}\n")


def make_class(sources: Iterable[Path], folder: Path, tag: str) -> None:
    """One hand-in for each source. Those of another `tag` differ from all of them."""
    for number, source in enumerate(sources):
        copy(source, folder / f"student-{number:04}", f"hand-in {number} of {tag}")


def command(students: Path, out: Path, *options: object) -> list[str]:
    """The command that grades a class into `out`; it says nothing. `options`: further ones of `grade run`."""
    return [*GRADE, "run", str(students), "--out", str(out), "--quiet", *map(str, options)]


def demand_graded(status: int) -> None:
    """Exits when this is not the status of a command that has graded its class: 0, or 1 where a person has to look."""
    if status not in (0, 1):
        sys.exit(f"grade ended with status {status}")


def grade(students: Path, out: Path, jobs: int = JOBS) -> None:
    """Grade a class to its end. Exits when that fails."""
    demand_graded(subprocess.run(command(students, out, "--jobs", jobs), cwd=ROOT, check=False).returncode)


def stored(out: Path) -> set[tuple[str, str]]:
    """Which grades the store holds: (name, digest of the hand-in). Read as another process would."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{out / 'grades.sqlite'}?mode=ro", uri=True)) as database:
            return set(database.execute("SELECT name, submission_digest FROM grades"))
    except sqlite3.OperationalError:  # there is no file yet, or there are no tables in it
        return set()


@contextlib.contextmanager
def workplace(kept: Path | None) -> Iterator[Path]:
    """A folder for a class and its results: `kept`, which is made if need be, or one that is gone afterwards."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="grade-bench-") as scratch:
        yield Path(scratch)
