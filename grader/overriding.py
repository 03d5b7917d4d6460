"""`grade override`: a person decides what a check or an answer is worth, or that the marks stand."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from grader.errors import UsageError
from grader.model import UNOPENED, WHOLE, Grade, Override, Status, number
from grader.overrides import with_overrides
from grader.store import Store
from grader.store.database import FILE_NAME, stored_name

AGAIN = "The pages and scores.csv have it after the same `grade run` again; no program runs for that."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command was given. `points`: as typed; None where nothing is set, but withdrawn or left to stand."""

    submission: str
    part: str
    points: str | None
    reason: str
    author: str
    withdraw: bool


def override(out: Path, wanted: Wanted) -> str:
    """Store a decision on a submission in the results at `out`. Returns what to tell.

    Raises UsageError where there is no such submission or part, or the points are none; StoreError.
    """
    with opened(out) as store:
        grade, before = grade_of(store, wanted.submission, out)
        decided = decision(wanted, grade, before)
        now = with_overrides(grade, [*before, decided])
        store.save_override(decided)
    return "\n".join([summed(decided, with_overrides(grade, before), now), AGAIN])


def in_force(out: Path) -> Iterator[str]:
    """A line for each decision that holds: of the content that was graded last, and not withdrawn."""
    with opened(out) as store:
        decided = store.overrides()
        for grade in store.latest_grades() if decided else ():
            last = {one.part: one for one in decided.get((stored_name(grade.submission), grade.submission_digest), ())}
            for one in last.values():
                if not one.withdrawn:
                    worth = "the marks stand" if one.points is None else f"{one.part}: {number(one.points)}"
                    yield f"{grade.submission}  {worth}  ({one.author}, {one.at}) {one.reason}".rstrip()


def opened(out: Path) -> Store:
    """The store of results that are there. Raises UsageError where there are none, StoreError."""
    if not (out / FILE_NAME).is_file():
        raise UsageError(
            f"{out} holds no results. Name their folder with -o, or grade first: `grade run CLASS -o {out}`."
        )
    return Store.open(out)


def grade_of(store: Store, submission: str, out: Path) -> tuple[Grade, Sequence[Override]]:
    """The latest grade of a submission, and what was decided on that content. Raises UsageError, with what is alike."""
    names = []
    for grade in store.latest_grades():
        names.append(grade.submission)
        if grade.submission == submission:
            return grade, store.overrides().get((stored_name(submission), grade.submission_digest), [])
    near = difflib.get_close_matches(submission, names, n=3)
    meant = f" Did you mean {' or '.join(near)}?" if near else " Its name stands in the first column of scores.csv."
    raise UsageError(f"{out} has no submission {submission}.{meant}")


def decision(wanted: Wanted, grade: Grade, before: Sequence[Override]) -> Override:
    """What is to be stored. Raises UsageError."""
    worth = {one.id: one.max for one in grade.checks} | {one.id: one.max for one in grade.questions}
    if wanted.part != WHOLE and wanted.part not in worth:
        near = difflib.get_close_matches(wanted.part, worth, n=1)
        meant = f"Did you mean {near[0]}?" if near else f"It has {', '.join(worth)}."
        raise UsageError(f"The grade of {wanted.submission} has no check or question {wanted.part}. {meant}")
    if any(note.code == UNOPENED for note in grade.notes):
        raise UsageError(
            f"{wanted.submission} could not be opened, so there is nothing to decide on. Put what can be read in its "
            "place and grade it."
        )
    last = {one.part: one for one in before}.get(wanted.part)
    if wanted.withdraw and (last is None or last.withdrawn):
        raise UsageError(f"Nothing was decided on {named(wanted.part)} of {wanted.submission}: nothing to withdraw.")
    if wanted.part == WHOLE and not wanted.withdraw and grade.status is Status.HARNESS_ERROR:
        raise UsageError(
            f"{wanted.submission} has checks that could not be made, so its marks cannot stand yet. Run the same "
            "`grade run` again, or give points for each of them."
        )
    return Override(
        submission=grade.submission,
        submission_digest=grade.submission_digest,
        part=wanted.part,
        points=None if wanted.points is None else points_of(wanted.points, worth[wanted.part]),
        reason=" ".join(wanted.reason.split()),
        author=wanted.author,
        withdrawn=wanted.withdraw,
    )


def points_of(text: str, most: Decimal) -> Decimal:
    """Points as typed, from nothing to `most`, with two decimals at most. Raises UsageError."""
    try:
        points = Decimal(text)
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= most or points != round(points, 2):
        raise UsageError(f"{text}: give points from 0 to {number(most)}, with two decimals at most.")
    return points


def summed(decided: Override, before: Grade, now: Grade) -> str:
    """What a decision has done, in sentences."""
    what = "the marks stand" if decided.points is None else f"{decided.part} has {number(decided.points)} by hand"
    what = f"the decision on {named(decided.part)} is withdrawn" if decided.withdrawn else what
    change = "" if now.points == before.points else f", {number(before.points)} before"
    left = f" A person still has to look: {'; '.join(now.review_reasons)}" if now.review_reasons else ""
    return f"{now.submission}: {what}. Total {number(now.points)} of {number(now.max)}{change}.{left}"


def named(part: str) -> str:
    """A part, for a sentence."""
    return part if part != WHOLE else "the whole"
