"""`grade run`: a class from its folder to its reports, with progress for whoever waits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import shorten

from grader import __version__
from grader.answers.queue import Gathering, clustered
from grader.errors import INTERRUPTED
from grader.heap import give_large_blocks_back
from grader.intake import Pending, find_submissions
from grader.model import Remade, Rubric, Status
from grader.overrides import grades_in_force
from grader.pipeline import Progress, grade_class
from grader.report.closing import render_closing
from grader.report.staff import Alike
from grader.report.terminal import render_summary_table
from grader.report.write import Written, write_reports
from grader.sandbox.host import require_boxes
from grader.store import Store
from grader.store.codec import to_json

ALL_GRADED, NEEDS_PERSON = 0, 1
ALIKE_SHOWN, WORDINGS_SHOWN, SUBMISSIONS_SHOWN, TEXT_SHOWN = 20, 3, 5, 300


def run_batch(
    paths: Sequence[Path],
    out: Path,
    rubric: Rubric,
    jobs: int | None,
    quiet: bool,
    cluster: str | None = None,
    given: Path | None = None,
) -> int:
    """Grade everything at `paths` and write the reports to `out`. Returns the exit status.

    `jobs`: submissions at work; None for four a processor, or on a cluster for as many as its workers take.
    `cluster`: address of the scheduler whose workers run the programs; None to run them here.
    `given`: the rubric as the command named it, for the commands that are proposed at the end; None when it did not.

    Raises UsageError, HostError, ClusterError or StoreError. Ctrl-C ends the boxes, keeps what is done, and writes its
    reports.
    """
    pending = list(find_submissions(paths, rubric, out))
    if cluster is None:
        require_boxes()
    stopped = False
    with Store.open(out) as store:
        with progress_bar(len(pending), quiet) as on_progress:
            try:
                asyncio.run(grade_all(pending, rubric, store, jobs, on_progress, quiet, cluster))
            except KeyboardInterrupt:
                stopped = True
        store.flush()
        written = report(store, out, rubric, pending)
        remade = [] if quiet else store.remade()
    if not quiet:
        print_summary(written, out, given, remade, whole=not stopped)
    if stopped:
        print(
            f"Stopped. {written.summary.submissions} of {len(pending)} are done; the same command goes on from here.",
            file=sys.stderr,
        )
        return INTERRUPTED
    return ALL_GRADED if written.summary.statuses[Status.GRADED.value] == len(pending) else NEEDS_PERSON


async def grade_all(
    pending: Sequence[Pending],
    rubric: Rubric,
    store: Store,
    jobs: int | None,
    on_progress: Callable[[Progress], None],
    quiet: bool,
    cluster: str | None,
) -> None:
    """Grade a class here, or on a cluster."""
    give_large_blocks_back()
    if cluster is None:
        jobs = jobs or 4 * (os.cpu_count() or 1)
        await grade_class(pending, rubric, store, jobs=jobs, on_progress=on_progress)
        return
    from grader.cluster.client import grade_class_on

    def tell(sentence: str) -> None:
        if not quiet:
            print(f"grade: {sentence}", file=sys.stderr)

    await grade_class_on(cluster, pending, rubric, store, jobs=jobs, on_progress=on_progress, tell=tell)


def report(store: Store, out: Path, rubric: Rubric, pending: Sequence[Pending]) -> Written:
    """Write the reports of this class from the store."""
    ids = {one.id for one in pending}
    queue = Gathering(rubric.questions)
    grades = (queue.noted(grade) for grade in grades_in_force(store, only=ids) if grade.rubric == rubric.digest)
    return write_reports(out, rubric, grades, grader=__version__, encode=to_json, alike=lambda: alike(queue))


def alike(queue: Gathering) -> list[Alike]:
    """For the overview: answers that wait and are alike, the largest clusters first."""
    several = [one for one in clustered(queue.waiting()) if one.students > 1][:ALIKE_SHOWN]
    return [
        Alike(
            id=one.id,
            answers=one.students,
            different=len(one.answers),
            texts=tuple(
                shorten(each.score.answer, TEXT_SHOWN, placeholder=" …") for each in one.answers[:WORDINGS_SHOWN]
            ),
            submissions=tuple(name for answer in one.answers for name in answer.students)[:SUBMISSIONS_SHOWN],
        )
        for one in several
    ]


def print_summary(written: Written, out: Path, given: Path | None, remade: Sequence[Remade], *, whole: bool) -> None:
    """The table at the end, where the pages are, and what to do now. `whole`: the class was graded to its end."""
    import shutil

    width = shutil.get_terminal_size((100, 24)).columns
    print(render_summary_table(written.summary, colour=sys.stdout.isatty(), width=width))
    print(f"Overview: {written.overview}")
    print(f"For students: {out / 'students'}   For other programs: {out / 'scores.csv'}, {out / 'results.json'}")
    others = (written.other_students, written.other_staff) if whole else (0, 0)
    edited = str(written.edited) if written.edited else None
    rubric = str(given) if given else None
    closing = render_closing(written.summary, out=str(out), rubric=rubric, others=others, remade=remade, edited=edited)
    if closing:
        print(f"\n{closing}", end="")


@contextlib.contextmanager
def progress_bar(total: int, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar with counts, rate and time left on a terminal; nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(), TextColumn("{task.fields[counts]}"),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, rate="", counts="")
        counts = dict.fromkeys(Status, 0)

        def show(progress: Progress) -> None:
            counts[progress.grade.status] += 1
            speed = bar.tasks[task].finished_speed or bar.tasks[task].speed
            told = f"{counts[Status.NEEDS_REVIEW]} need a person, {counts[Status.HARNESS_ERROR]} harness errors"
            bar.update(task, completed=progress.done, rate=f"{speed:.0f}/s" if speed else "", counts=told)

        yield show
