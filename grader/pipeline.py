"""The main path: from what was handed in to a grade in the store, for one submission and for a class.

    Pending -> Submission -> run records -> observations \\
                         -> answers' scores             -> Grade -> store -> reports

Records come first and are kept; grades are made from them by pure functions, and can be made again. One submission
is one unit of work: its result is stored whole or not at all, and one that breaks never stops the others.
"""

from __future__ import annotations

import asyncio
import hashlib
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader import __version__
from grader.answers import read_answers
from grader.assess import broken, observe
from grader.errors import GraderError, SubmissionError, first_of
from grader.evidence import believable_records
from grader.intake import Pending
from grader.model import UNOPENED, Grade, Note, Observation, QuestionScore, Rubric, RunRecord, Submission
from grader.rubric import plan_digest, stages
from grader.runs import ReferenceBoxes
from grader.score import priced, score
from grader.seats import each_seated

if TYPE_CHECKING:
    from grader.store import Store
    from grader.store.database import Earlier

READER = ThreadPoolExecutor(1, thread_name_prefix="reader")
"""The thread in which hand-ins are read, one at a time: an archive may hold megabytes, and those of a class may all lie
in one file."""

JUDGES = 2
"""Threads in which records are judged. Judging computes and never waits, so that more would only take turns, each with
memory of its own: megabytes, of a program that prints megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a batch is: submissions done, the last one's grade, and whether it had been graded before."""

    done: int
    grade: Grade
    reused: bool


def assess(submission: Submission, rubric: Rubric, records: Mapping[str, RunRecord]) -> Grade:
    """A submission's grade from its run records and its answers. Pure."""
    return score(submission, rubric, observe(submission, rubric, records), read_answers(submission, rubric))


def unreadable(pending: Pending, error: SubmissionError) -> Submission:
    """A hand-in that could not be read, as a submission with nothing in it: it appears, and a person looks."""
    note = Note(code=UNOPENED, message=str(error), needs_person=True)
    digest = hashlib.sha256(f"{UNOPENED}\0{error}".encode()).hexdigest()
    return Submission(id=pending.id, digest=digest, files=(), programs={}, answers=None, notes=(note,))


def unread(pending: Pending) -> Submission:
    """A hand-in of which nothing is known yet but who it is of."""
    return Submission(id=pending.id, digest="", files=(), programs={}, answers=None, notes=())


def read(pending: Pending) -> Submission:
    """A hand-in, whatever it is."""
    try:
        return pending.read()
    except SubmissionError as error:
        return unreadable(pending, error)


async def read_aside(pending: Pending) -> Submission:
    """`read`, beside the event loop: it is the peer of the programs that run meanwhile, and keeps none of them waiting
    while it unpacks an archive or looks for which file is which."""
    return await asyncio.get_running_loop().run_in_executor(READER, read, pending)


async def answered(submission: Submission, rubric: Rubric, store: Store, plan: str) -> Grade | None:
    """The grade of a submission for which nothing has to be run: the stored one where nothing has changed, and one made
    from its stored records where only points or ideas have. None when it has to be run.

    `plan`: digest of what the rubric would run."""
    known = store.stored_grade(submission.id, submission.digest, rubric.digest, __version__)
    if known is not None and known.grade.notes == submission.notes:  # notes tell of what the digest leaves out
        if not known.newest:  # what is asked for now is what `latest_grades` has to tell
            store.save(known.grade, {}, plan)
        return known.grade
    store.know_rubric(rubric.digest, __version__, stages(rubric))
    earlier = store.earlier_grade(submission.id, submission.digest, __version__, stages(rubric))
    observations, answers = still_true(earlier, submission, rubric)
    records = store.stored_records(submission.digest, plan) if observations is None else {}
    if records is None:
        return None
    if observations is None:
        observations = await asyncio.to_thread(observe, submission, rubric, records)
    if answers is None:
        answers = await asyncio.to_thread(read_answers, submission, rubric)
    grade = score(submission, rubric, observations, answers)
    store.save(grade, records, plan)
    return grade


def still_true(
    earlier: Earlier, submission: Submission, rubric: Rubric
) -> tuple[Mapping[str, Observation] | None, Sequence[QuestionScore] | None]:
    """What of an earlier grade of the same content holds under this rubric: the observations, and the answers' scores
    at this rubric's points. None for what has to be made again."""
    grade = earlier.grade
    if grade is None or grade.notes != submission.notes:
        return None, None
    observations = {check.id: check.observation for check in grade.checks}
    answers = list(map(priced, rubric.questions, grade.questions)) if earlier.answered else None
    return observations if earlier.observed else None, answers


async def run_and_assess(
    submission: Submission, rubric: Rubric, references: ReferenceBoxes
) -> tuple[Grade, Mapping[str, RunRecord]]:
    """Run everything, here and now: the unit of work that a cluster's worker does just as this machine. No store."""
    records = await believable_records(submission, rubric, references)
    # Beside the event loop: a program that is being answered meanwhile may have a time-out of its own.
    return await asyncio.to_thread(assess, submission, rubric, records), records


async def grade_submission(
    submission: Submission, rubric: Rubric, store: Store, references: ReferenceBoxes, plan: str
) -> tuple[Grade, bool]:
    """Grade one submission. Returns the grade, and whether nothing had to be run for it."""
    grade = await answered(submission, rubric, store, plan)
    if grade is not None:
        return grade, True
    grade, records = await run_and_assess(submission, rubric, references)
    store.save(grade, records, plan)
    return grade, False


def failed_grade(submission: Submission, rubric: Rubric, what: str) -> Grade:
    """The grade of a submission on which the grader itself failed: harness errors. `what`: for staff."""
    return score(submission, rubric, broken(rubric, what), ())


async def grade_safely(
    pending: Pending, rubric: Rubric, store: Store, references: ReferenceBoxes, plan: str
) -> tuple[Grade, bool]:
    """`grade_submission`, in which even a bug of ours costs one submission's verdicts and not the whole batch's.

    Raises GraderError when nothing can be graded any more, such as a StoreError for a full disk.
    """
    submission = unread(pending)
    try:
        submission = await read_aside(pending)
        return await grade_submission(submission, rubric, store, references, plan)
    except GraderError:
        raise
    except Exception:
        grade = failed_grade(submission, rubric, traceback.format_exc())
        store.save(grade, {}, plan)
        return grade, False


async def grade_class(
    pending: Iterable[Pending],
    rubric: Rubric,
    store: Store,
    *,
    jobs: int,
    on_progress: Callable[[Progress], None],
) -> None:
    """Grade a class, `jobs` submissions at work at a time (see `seats.py`). Results are in the store as they come.

    Cancelling it ends all boxes; what has been stored stays.
    """
    references = ReferenceBoxes(rubric)
    plan, done = plan_digest(rubric), 0
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(JUDGES))

    async def grade_one(each: Pending) -> None:
        nonlocal done
        grade, reused = await grade_safely(each, rubric, store, references, plan)
        done += 1
        on_progress(Progress(done=done, grade=grade, reused=reused))

    try:
        await each_seated(pending, jobs, grade_one)
    except* GraderError as several:  # a full disk, say: once is enough
        raise first_of(several) from None
    finally:
        await references.close()
