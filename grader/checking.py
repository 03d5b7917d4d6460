"""`grade check`: a student's own programs and answers, in about a second, in the terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.aside import Aside
from grader.errors import UsageError
from grader.intake import read_folder
from grader.intake.names import archive_stem
from grader.model import Observation, QuestionScore, Rubric, Submission
from grader.score import score

if TYPE_CHECKING:
    from grader.runs import BoxKind, Records

ALL_WELL, SOMETHING_TO_DO = 0, 1
UNPROTECTED = (
    "Note: this machine cannot box programs, so yours ran as ordinary processes on the real loopback network. "
    "They could read and write your files, and another program that uses the same port gets in their way."
)
OTHER_NAMES = (
    "Note: none of your programs has the name that this assignment, “{title}”, gives it. If they are for another one, "
    "name its rubric: grade check {folder} -r RUBRIC"
)
TOLD_AFTER_SECONDS, LOOK_SECONDS = 2.0, 0.5
UNPROVED = " A program that hangs is found only when its time is up."


def check_folder(folder: Path, rubric: Rubric) -> int:
    """Check one hand-in and print what to do. Returns 0 only when all is well.

    Raises UsageError or SubmissionError when there is nothing to check.
    """
    submission = something_to_check(folder, rubric)
    with Aside(partial(answers_read, submission, rubric)) as answers:
        # Only now, so that what each of the two needs is imported beside the other.
        from grader.report.terminal import render_check_terminal
        from grader.report.view import student_view

        observations, unprotected = programs_observed(submission, rubric)
        grade = score(submission, rubric, observations, answers.result())
    view = student_view(grade, rubric)
    width = shutil.get_terminal_size((100, 24)).columns
    sys.stdout.write(render_check_terminal(view, colour=sys.stdout.isatty(), width=width))
    if unprotected:
        print(unprotected, file=sys.stderr)
    if not view.all_well and under_other_names(submission, rubric):
        print(OTHER_NAMES.format(title=rubric.title, folder=shlex.quote(str(folder))), file=sys.stderr)
    return ALL_WELL if view.all_well else SOMETHING_TO_DO


def under_other_names(submission: Submission, rubric: Rubric) -> bool:
    """Whether several programs were found, and none under a name of the assignment's, in whatever folder."""
    found = {path.rpartition("/")[2] for path in submission.programs.values()}
    return len(found) > 1 and found.isdisjoint(spec.file for spec in rubric.programs)


def something_to_check(folder: Path, rubric: Rubric) -> Submission:
    """The hand-in in a folder or an archive.

    Raises UsageError for a single file, and for a folder in which nothing was found at all. Whatever was found and
    could not be used (a link, two files that could be the server) is told by the checks.
    """
    if os.path.isfile(folder) and not archive_stem(folder.name):
        raise UsageError(f"Give the folder that {folder.name} is in: grade check {shlex.quote(str(folder.parent))}")
    submission = read_folder(folder, rubric)
    if submission.programs or submission.answers is not None or {note.code for note in submission.notes} - {"missing"}:
        return submission
    names = [spec.file for spec in rubric.programs] + [rubric.answers_file] * bool(rubric.questions)
    wanted = " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    here = folder == Path()
    raise UsageError(
        f"There is no {wanted} {'here' if here else f'in {folder}'}. Go to the folder with your programs, or name it: "
        "grade check FOLDER"
    )


def answers_read(submission: Submission, rubric: Rubric) -> list[QuestionScore]:
    """The answers' scores. To load their model takes about as long as all the runs."""
    from grader.answers import read_answers

    return read_answers(submission, rubric)


def programs_observed(submission: Submission, rubric: Rubric) -> tuple[dict[str, Observation], str]:
    """What is to be said of each check, and what to know of a machine that has no boxes."""
    import asyncio

    from grader.alone import record_somehow
    from grader.assess import observe
    from grader.runs import NAMES_UNDER_WAY
    from grader.sandbox.plain import HAS_PROC, PlainBox

    async def recorded() -> tuple[Records, BoxKind]:
        running: set[str] = set()
        NAMES_UNDER_WAY.set(running)
        teller = asyncio.create_task(tell_what_runs(running, sentences(submission, rubric)))
        try:
            return await record_somehow(submission, rubric)
        finally:
            teller.cancel()

    records, kind = asyncio.run(recorded())
    unprotected = UNPROTECTED + ("" if HAS_PROC else UNPROVED) if kind is PlainBox else ""
    return observe(submission, rubric, records), unprotected


def sentences(submission: Submission, rubric: Rubric) -> dict[str, str]:
    """What to say of each run that takes its time: which program runs, for which checks, and how long it is given."""
    from grader.conversation import plan
    from grader.report.escape import visible
    from grader.report.words import count

    titles = {check.id: check.title for check in rubric.checks}
    told = {}
    for run in plan(rubric, submission.digest):
        own = [submission.programs.get(role, role) for role, who in run.players.items() if who == "student"]
        first, *others = run.scripts
        more = f" and {count(len(others), 'more check')}" if others else ""
        told[run.name] = (
            f"Still running: {visible(' and '.join(own))}, for “{titles[first]}”{more}; "
            f"it is given up to {rubric.limits.wall_seconds:g} seconds …"
        )
    return told


async def tell_what_runs(
    running: Collection[str], told: Mapping[str, str], *, after: float = TOLD_AFTER_SECONDS, every: float = LOOK_SECONDS
) -> None:
    """Say on standard error, where that is a terminal, what is still running `after` seconds from now, and from then on
    each run that does not end at once. Never returns; `running` changes meanwhile."""
    import asyncio

    if not sys.stderr.isatty():
        return
    await asyncio.sleep(after)
    seen: set[str] = set()
    while True:
        for name in sorted(seen.intersection(running)):
            if name in told:
                print(told[name], file=sys.stderr, flush=True)
        told = {name: sentence for name, sentence in told.items() if name not in seen}
        seen = set(running)
        await asyncio.sleep(every)
