"""Run records in, one observation for each check out. Pure: joins the verdicts with their diagnosis."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

from grader.conversation import PlannedRun, plan
from grader.diagnose import advice, explain
from grader.model import UNOPENED, Check, Note, Observation, Rubric, RunRecord, Step, Submission, Verdict
from grader.verdicts import Finding, judge

WHY_NO_PROGRAM = ("closed", "left-out", "ambiguous", "missing")
"""Codes of the notes that say why there is no program. One that this machine may not open is no fault of the student's:
it is a harness error; what lies in a closed folder may well be the program."""

CLOSED = (
    "Files of this hand-in may not be read on this machine. Make them readable for whoever runs `grade`, and run the "
    "same command again."
)

ECHO = {"what": "sent", "transform": None}


def observe(submission: Submission, rubric: Rubric, records: Mapping[str, RunRecord]) -> dict[str, Observation]:
    """What each check showed, by check id. `records` are those of `grader.runs.SubmissionRuns`."""
    if any(note.code == UNOPENED for note in submission.notes):
        return {check.id: not_opened(check) for check in rubric.checks}
    runs = {check: run for run in plan(rubric, submission.digest) for check in run.scripts}
    sources = {file.path: decode(file.data) for file in submission.files}
    checks = {check.id: check for check in rubric.checks}
    found: dict[str, Observation] = {}

    def observation(check: Check) -> Observation:
        if check.id not in found:
            needed = [observation(checks[name]) for name in check.needs]
            alone = {role: found[half] for role, half in halves(check, rubric).items() if half in found}
            found[check.id] = observe_one(check, needed, alone, submission, rubric, runs[check.id], records, sources)
        return found[check.id]

    for check in sorted(rubric.checks, key=of_own_two):  # those last
        observation(check)
    return {check.id: found[check.id] for check in rubric.checks}


def of_own_two(check: Check) -> bool:
    """Whether the student's two programs run together."""
    return list(check.players.values()) == ["student", "student"]


def observe_one(
    check: Check,
    needed: list[Observation],
    alone: Mapping[str, Observation],
    submission: Submission,
    rubric: Rubric,
    run: PlannedRun,
    records: Mapping[str, RunRecord],
    sources: Mapping[str, str],
) -> Observation:
    """One check. Precedence: a check that is needed, a file that is not there, a fault of ours, then the record.

    `alone`: of a student's two programs, how each did with the other's reference.
    """
    if any(one.verdict is Verdict.HARNESS_ERROR for one in needed):
        return harness_error(check, "A check that this one needs could not be made.")
    blocking = next((one for one in needed if one.verdict is not Verdict.PASSED and not one.followed), None)
    if blocking is not None:
        return skipped(check, blocking, rubric)
    missing = [role for role, who in check.players.items() if who == "student" and role not in submission.programs]
    if missing:
        note = noticed(missing[0], submission)
        if note is not None and note.code == "closed":
            return harness_error(check, CLOSED)
        return no_program(check, missing[0], note, rubric)
    mine = run_records(run, records)
    broken = next((record.harness_error for record in mine.values() if record.harness_error is not None), None)
    if broken is not None or not mine:
        return harness_error(check, broken or "The run was not recorded.")
    own = [role for role in mine if check.players[role] == "student"]
    others = [one for name, one in records.items() if "/" not in name and name != run.name and one.role in own]
    finding = judge(run.scripts[check.id], mine, rubric, others)
    return passed(check, mine, sources) if finding is None else failed(check, finding, mine, rubric, sources, alone)


def halves(check: Check, rubric: Rubric) -> dict[str, str]:
    """For a check of a student's two programs: role -> id of the check of that program with the other's reference."""
    if not of_own_two(check):
        return {}
    players = {role: {**check.players, other: "reference"} for role, other in permutations(check.players)}
    return {role: one.id for role in players for one in rubric.checks if one.players == players[role]}


def run_records(run: PlannedRun, records: Mapping[str, RunRecord]) -> dict[str, RunRecord]:
    """The records of one run, by role."""
    names = {role: run.record_name(role) for role in run.players}
    return {role: records[name] for role, name in names.items() if name in records}


def noticed(role: str, submission: Submission) -> Note | None:
    """Why there is no program of a role: what is said of a file that is there comes before that none was found."""
    notes = [
        one
        for one in submission.notes
        if one.code in WHY_NO_PROGRAM and (one.role == role or (one.code == "closed" and one.role is None))
    ]
    return min(notes, key=lambda note: WHY_NO_PROGRAM.index(note.code), default=None)


def no_program(check: Check, role: str, note: Note | None, rubric: Rubric) -> Observation:
    """The program was not handed in, could not be used, or it is not clear which file it is."""
    file = next(one.file for one in rubric.programs if one.role == role)
    return Observation(
        check=check.id,
        verdict=Verdict.FAILED,
        reason=note.message if note else f"There is no {file} in your hand-in.",
        next_step=f"Put your {role} into a file named {file} and hand it in.",
        diagnosis=f"no-program-{note.code if note else 'missing'}",
    )


def not_opened(check: Check) -> Observation:
    """Nothing is known of the programs: the hand-in could not be opened, and a person looks."""
    return Observation(
        check=check.id,
        verdict=Verdict.SKIPPED,
        reason="Not tried, because your hand-in could not be opened.",
        next_step="Nothing to do for you yet: your teacher has been told, and will look.",
        diagnosis=UNOPENED,
    )


def harness_error(check: Check, what: str) -> Observation:
    """The grader or its machine failed. The student is told that it is not their doing."""
    return Observation(
        check=check.id,
        verdict=Verdict.HARNESS_ERROR,
        reason="This check could not be made, through no fault of yours.",
        next_step="Nothing to do for you: your teacher has been told, and will run it again.",
        diagnosis="harness-error",
        staff_note=what,
    )


def broken(rubric: Rubric, what: str) -> dict[str, Observation]:
    """The observations of a submission on which the grader itself failed. `what`: for staff."""
    return {check.id: harness_error(check, what) for check in rubric.checks}


def skipped(check: Check, blocking: Observation, rubric: Rubric) -> Observation:
    """A check that this one needs has failed."""
    title = next(one.title for one in rubric.checks if one.id == blocking.check)
    return Observation(
        check=check.id,
        verdict=Verdict.SKIPPED,
        reason=f"Not tried, because this has to work first: {title}.",
        next_step="Mend that first, then check again.",
        diagnosis="skipped",
    )


def passed(check: Check, records: Mapping[str, RunRecord], sources: Mapping[str, str]) -> Observation:
    """All is well; where the record shows something worth knowing all the same, it is said on an address check."""
    about_address = any(step.name in ("listens", "connects") for step in check.conversation)
    tip = advice(next(iter(records.values())), sources) if about_address else None
    if tip is None:
        return Observation(check=check.id, verdict=Verdict.PASSED)
    return Observation(
        check=check.id,
        verdict=Verdict.PASSED,
        reason=tip.reason,
        next_step=tip.next_step,
        file=tip.file,
        line=tip.line,
        source=tip.source,
        diagnosis=tip.id,
        staff_note=tip.staff_note,
    )


def failed(
    check: Check,
    finding: Finding,
    records: Mapping[str, RunRecord],
    rubric: Rubric,
    sources: Mapping[str, str],
    alone: Mapping[str, Observation],
) -> Observation:
    """What is wrong, where, and what to try. Of two programs together, what one of them does wrong with the reference,
    too, is never laid at the door of the other, which does well with it: a client that gives up because the server
    does not answer has made no mistake."""
    found = explain(
        finding,
        sources,
        check.hint,
        rubric.limits,
        expected_host=rubric.host,
        expected_port=rubric.port,
        records=records,
        players=check.players,
        echoes=is_echo(rubric),
        greets=greets(rubric),
    )
    does_well = found.role in alone and alone[found.role].verdict is Verdict.PASSED
    other = next((one for one in alone.values() if one.verdict is Verdict.FAILED), None)
    if does_well and other is not None:
        return replace(other, check=check.id)
    return Observation(
        check=check.id,
        verdict=Verdict.FAILED,
        reason=found.reason,
        next_step=found.next_step,
        file=found.file,
        line=found.line,
        source=found.source,
        diagnosis=found.id,
        staff_note=found.staff_note,
        followed=finding.followed,
        elsewhere=found.elsewhere,
    )


def is_echo(rubric: Rubric) -> bool:
    """Whether all that the assignment's server is to send is what it has just received."""
    steps = [step for talk in conversations(rubric, "server") for step in talk if step.name == "receive"]
    awaited = [step.arguments for step in steps if step.arguments["what"] != "anything"]
    return bool(awaited) and all(one == {**one, **ECHO} for one in awaited) and not greets(rubric)


def greets(rubric: Rubric) -> bool:
    """Whether the assignment's server is to speak before its client does."""
    for role, first in (("server", "receive"), ("client", "send")):
        spoken = [
            [step.name for step in talk if step.name in ("send", "receive")] for talk in conversations(rubric, role)
        ]
        if any(spoken):
            return any(names[:1] == [first] for names in spoken)
    return False


def conversations(rubric: Rubric, role: str) -> list[tuple[Step, ...]]:
    """Those of the checks in which this program meets the grader."""
    return [check.conversation for check in rubric.checks if set(check.players) == {role}]


def decode(data: bytes) -> str:
    """A program's text, by its own coding cookie or byte-order mark; never fails."""
    try:
        return data.decode(tokenize.detect_encoding(io.BytesIO(data).readline)[0], errors="replace")
    except (SyntaxError, LookupError, UnicodeError):  # no such encoding, or one that makes no text, like `hex`
        return data.decode("utf-8", errors="replace")
