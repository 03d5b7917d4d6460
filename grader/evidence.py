"""Run records that can be believed: what the machine's slowness may have spoilt is run again.

A program that measures time (`settimeout(1)`, one look after a sleep) fails honestly where its peer is slow, and for no
fault of its own where the machine is: on one that is busy, its answer comes too late however fast we are. No verdict
may hang on that. So a check that fails in a run in which a program of that kind was kept waiting is no evidence yet,
and is run again, a few times if need be. A pass needs no second look: no program does more because it got less time. So
a run that is made again for one of its checks counts only where it takes a pass from none of the others. Nor does the
real-time limit need one, which counts no time that the machine owes.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from grader.assess import observe, run_records
from grader.conversation import plan
from grader.model import Rubric, RunRecord, Submission, Verdict
from grader.runs import Records, ReferenceBoxes, SubmissionRuns

LATE_SECONDS = 0.05  # less is no more than any machine takes now and then, and than any program can count on
MORE_TRIES = 3
# Without one of these words no program can tell how long something takes; `await`, `wait_closed` and a `wait()` without
# end are none. One that has a word by chance is only run again for nothing.
CLOCKS = re.compile(
    rb"time|sleep|(?<!a)wait(?!_closed|s\b|ing\b|\(\s*\))|alarm|poll|select|blocking|signal", re.IGNORECASE
)


async def believable_records(submission: Submission, rubric: Rubric, references: ReferenceBoxes) -> Records:
    """The records of everything that a rubric asks of one submission; see `SubmissionRuns.play`."""
    runs = SubmissionRuns(submission, rubric, references)
    records = dict(await runs.play())
    for _ in range(MORE_TRIES):
        if not any(map(is_late, records.values())) or not may_measure_time(submission):
            break
        spoilt = await asyncio.to_thread(perhaps_spoilt, submission, rubric, records)
        if not spoilt:
            break
        again = dict(await runs.play(only=spoilt))
        records = await asyncio.to_thread(without_losses, submission, rubric, records, again)
    return records


def is_late(record: RunRecord) -> bool:
    """Whether the machine may have made a program fail that measures time.

    One whose time was up had all of it, also where it was the other one of a pair that did not come to an end.
    """
    had_its_time = record.stopped == "wall" or any(one.detail == "wall" for one in record.outcomes)
    return record.late_seconds > LATE_SECONDS and not had_its_time


def may_measure_time(submission: Submission) -> bool:
    """Whether a program of the hand-in could do other things when it gets less time."""
    return any(CLOCKS.search(file.data) for file in submission.files if file.path.endswith(".py"))


def perhaps_spoilt(submission: Submission, rubric: Rubric, records: Mapping[str, RunRecord]) -> set[str]:
    """Names of the runs in which the machine was late, and on which a check that failed may hang: its own, and a
    program's other runs by itself, with which its own is compared. Pure."""
    failed = checks_with(Verdict.FAILED, submission, rubric, records)
    runs = plan(rubric, submission.digest)
    of_failed = [run.players for run in runs if failed & run.scripts.keys()]
    return {
        run.name
        for run in runs
        if (failed & run.scripts.keys() or (len(run.players) == 1 and run.players in of_failed))
        and any(map(is_late, run_records(run, records).values()))
    }


def without_losses(submission: Submission, rubric: Rubric, before: Records, again: Records) -> Records:
    """The records of runs made `again`, but those of `before` where a check has lost the pass that it had. Pure."""
    had, has = (checks_with(Verdict.PASSED, submission, rubric, records) for records in (before, again))
    chosen = dict(again)
    for run in plan(rubric, submission.digest):
        if (had - has) & run.scripts.keys():
            chosen.update({run.record_name(role): before[run.record_name(role)] for role in run_records(run, before)})
    return chosen


def checks_with(verdict: Verdict, submission: Submission, rubric: Rubric, records: Mapping[str, RunRecord]) -> set[str]:
    """Ids of the checks on which these records bring this verdict. Pure."""
    return {name for name, one in observe(submission, rubric, records).items() if one.verdict is verdict}
