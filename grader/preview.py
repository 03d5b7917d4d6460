"""`grade run --dry-run`: what a run would change in the grades that stand, without changing anything.

The class is graded as the run would grade it, on a copy of the store that is gone afterwards; then the grades that
stand are compared with those that would.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from grader.batch import grade_all, progress_bar
from grader.errors import StoreError, UsageError
from grader.intake import Pending, find_submissions
from grader.model import Grade, Rubric, Status
from grader.overrides import grades_in_force
from grader.pipeline import Progress
from grader.report.changes import Changes, compare
from grader.report.changes_table import Tried, render_changes
from grader.sandbox.host import require_boxes
from grader.store import Store
from grader.store.copying import copy_store

NOTHING_CHANGES, SOMETHING_CHANGES = 0, 1


def run_preview(
    paths: Sequence[Path], out: Path, rubric: Rubric, jobs: int | None, quiet: bool, cluster: str | None = None
) -> int:
    """Print what `run_batch` with the same arguments would change in the grades in `out`. Returns the exit status.

    Submissions without a grade there are counted and not run. Raises what `run_batch` raises, and UsageError where
    there is nothing to compare with.
    """
    pending = list(find_submissions(paths, rubric, out))
    with ended_like_ctrl_c(), copied(out) as store:
        standing = {one.submission: one for one in grades_in_force(store) if one.status is not Status.HARNESS_ERROR}
        known = [one for one in pending if one.id in standing]
        if not known:
            raise nothing_graded(out)
        if cluster is None:
            require_boxes()
        after, ran = grade_again(known, rubric, store, jobs, quiet, cluster)
        changes = compare((standing[one.id] for one in known), after)
    tried = Tried(
        out=str(out),
        run=ran,
        ungraded=len(pending) - len(known),
        elsewhere=len(standing.keys() - {p.id for p in pending}),
    )
    if not quiet:
        show(changes, tried)
    return SOMETHING_CHANGES if changes.anything or changes.broken else NOTHING_CHANGES


def grade_again(
    pending: Sequence[Pending], rubric: Rubric, store: Store, jobs: int | None, quiet: bool, cluster: str | None
) -> tuple[list[Grade], int]:
    """Grade into a copy of the store. Returns the grades, and for how many of them programs were run."""
    ran = 0
    with progress_bar(len(pending), quiet) as show_progress:

        def on_progress(progress: Progress) -> None:
            nonlocal ran
            ran += not progress.reused
            show_progress(progress)

        asyncio.run(grade_all(pending, rubric, store, jobs, on_progress, quiet, cluster))
    store.flush()
    ids = {one.id for one in pending}
    return [grade for grade in grades_in_force(store, only=ids) if grade.rubric == rubric.digest], ran


@contextlib.contextmanager
def copied(out: Path) -> Iterator[Store]:
    """A copy of the store in `out`, in a folder of its own that is gone afterwards.

    Raises UsageError where nothing was graded yet; StoreError when it cannot be read or copied."""
    with tempfile.TemporaryDirectory(prefix="grade-dry-run-") as scratch:
        if not copy_store(out, Path(scratch)):
            raise nothing_graded(out)
        try:
            with Store.open(Path(scratch)) as store:
                yield store
        except StoreError as error:  # what is wrong with the copy is, but for a full disk, wrong with what was copied
            said = str(error).replace(scratch, str(out))
            raise StoreError(f"{said} (Seen in a copy of it, in {Path(scratch).parent}.)") from error


def nothing_graded(out: Path) -> UsageError:
    """There are no grades to compare with."""
    return UsageError(
        f"{out}: none of these submissions is graded there, so there is nothing to compare with. Name the folder with "
        "their results with `-o`, or grade them first: the same command without --dry-run."
    )


@contextlib.contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """A lost terminal and `kill` end this as Ctrl-C does, so that the copy does not outlast it."""
    numbers = {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]  # nohup's choice stays
    for number in ours:
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def show(changes: Changes, tried: Tried) -> None:
    """Print it, for this terminal or for a pager."""
    width = shutil.get_terminal_size((100, 24)).columns
    click.echo(render_changes(changes, tried, colour=sys.stdout.isatty(), width=width), nl=False)
