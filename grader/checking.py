"""`grade check`: a student's own programs and answers, in about a second, in the terminal."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from pathlib import Path

from grader.assess import observe
from grader.errors import HostError, UsageError
from grader.evidence import believable_records
from grader.intake import read_folder
from grader.intake.names import archive_stem
from grader.model import Grade, Rubric, RunRecord, Submission, Verdict
from grader.pipeline import read_answers
from grader.report.terminal import render_check_terminal
from grader.runs import BoxKind, ReferenceBoxes
from grader.sandbox.host import require_boxes
from grader.sandbox.launch import Box
from grader.sandbox.plain import HAS_PROC, PlainBox
from grader.score import score

ALL_WELL, SOMETHING_TO_DO = 0, 1
SWITCH_SECONDS = 0.0005  # how long the thread that loads the model may keep the programs' peer waiting (else 5 ms)
UNPROTECTED = (
    "Note: this machine cannot box programs, so yours ran as ordinary processes on the real loopback network. "
    "They could read and write your files, and another program that uses the same port gets in their way."
)
UNPROVED = " A program that hangs is found only when its time is up."


def check_folder(folder: Path, rubric: Rubric) -> int:
    """Check one hand-in and print what to do. Returns 0 only when all is well.

    Raises UsageError or SubmissionError when there is nothing to check.
    """
    submission = something_to_check(folder, rubric)
    kind = box_kind()
    grade = asyncio.run(graded(submission, rubric, kind))
    width = shutil.get_terminal_size((100, 24)).columns
    sys.stdout.write(render_check_terminal(grade, rubric, colour=sys.stdout.isatty(), width=width))
    if kind is PlainBox:
        print(UNPROTECTED + ("" if HAS_PROC else UNPROVED), file=sys.stderr)
    return ALL_WELL if all_well(grade) else SOMETHING_TO_DO


def something_to_check(folder: Path, rubric: Rubric) -> Submission:
    """The hand-in in a folder or an archive.

    Raises UsageError for a single file, and for a folder in which nothing was found at all. Whatever was found and
    could not be used (a link, two files that could be the server) is told by the checks.
    """
    if folder.is_file() and not archive_stem(folder.name):
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


def box_kind() -> BoxKind:
    """Boxes where the machine has them; plain processes otherwise: the code is the student's own."""
    try:
        require_boxes()
    except HostError:
        return PlainBox
    return Box


async def graded(submission: Submission, rubric: Rubric, kind: BoxKind) -> Grade:
    """The grade of one hand-in. The answers are read while the programs run, which wait more than they compute: to load
    the answers' model takes about as long as all the runs."""
    sys.setswitchinterval(SWITCH_SECONDS)
    answers = asyncio.create_task(asyncio.to_thread(read_answers, submission, rubric))
    records = await record(submission, rubric, kind)
    return score(submission, rubric, observe(submission, rubric, records), await answers)


async def record(submission: Submission, rubric: Rubric, kind: BoxKind) -> dict[str, RunRecord]:
    """Run everything, and leave nothing running."""
    references = ReferenceBoxes(rubric, kind)
    try:
        return await believable_records(submission, rubric, references)
    finally:
        await references.close()


def all_well(grade: Grade) -> bool:
    """Whether every check passed and every idea of every question is there."""
    checks = all(check.observation.verdict is Verdict.PASSED for check in grade.checks)
    return checks and all(criterion.met for question in grade.questions for criterion in question.criteria)
