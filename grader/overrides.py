"""What a person decided, laid over what the grader found. Pure, but for where the store is asked.

A stored grade is never changed. A decision lies beside it and holds for that content of the hand-in: whoever hands in
something else is marked anew. All reports are made of the grades in force, that is, with the decisions.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from grader.model import BY_HAND, WHOLE, CheckScore, Grade, Override, QuestionScore, Verdict, number
from grader.score import review_reasons, status
from grader.store import Store
from grader.store.database import stored_name

TOLD = "Your teacher has looked at this and gives {points} of {max}: {reason}"
FOUND = "Set by {author} on {day}. Found by the run: {verdict}, {points} of {max}. {reason}"


def grades_in_force(store: Store, *, only: Container[str] | None = None) -> Iterator[Grade]:
    """The latest grade of every submission with what a person decided on it, one at a time, s2 before s10."""
    decided = store.overrides()
    for grade in store.latest_grades(only=only):
        yield with_overrides(grade, decided.get((stored_name(grade.submission), grade.submission_digest), ()))


def with_overrides(grade: Grade, decided: Sequence[Override]) -> Grade:
    """The grade with the last decision on each part. Parts that the grade does not have are left out."""
    last = {one.part: one for one in decided}
    held = {part: one for part, one in last.items() if not one.withdrawn}
    if not held:
        return grade
    checks = tuple(_check(one, held) for one in grade.checks)
    questions = tuple(_question(one, held) for one in grade.questions)
    reasons = () if WHOLE in held else review_reasons(checks, questions, grade.notes)
    earned = sum((one.points for one in checks), Decimal(0)) + sum((one.points for one in questions), Decimal(0))
    return replace(
        grade,
        status=status(checks, reasons),
        points=max(earned - grade.penalty, Decimal(0)),
        checks=checks,
        questions=questions,
        review_reasons=reasons,
    )


def _check(score: CheckScore, held: Mapping[str, Override]) -> CheckScore:
    """All of the points are a pass, and fewer are none, whatever the run showed."""
    one, seen = held.get(score.id), score.observation
    if one is None or one.points is None:
        return score
    points = min(one.points, score.max)
    told, passes = _told(one, points, score.max), points == score.max
    found = FOUND.format(
        author=one.author,
        day=one.at[:10],
        verdict=seen.verdict.value,
        points=number(score.points),
        max=number(score.max),
        reason=seen.reason,
    )
    observation = replace(
        seen,
        verdict=Verdict.PASSED if passes else Verdict.FAILED,
        reason=told if passes or seen.verdict is not Verdict.FAILED else f"{told} {seen.reason}",
        next_step=seen.next_step if seen.verdict is Verdict.FAILED and not passes else "",
        file=None if passes else seen.file,
        line=None if passes else seen.line,
        source=None if passes else seen.source,
        evidence=() if passes else seen.evidence,
        diagnosis=BY_HAND,
        staff_note=found.strip(),
        elsewhere=False,
    )
    return replace(score, points=points, observation=observation)


def _question(score: QuestionScore, held: Mapping[str, Override]) -> QuestionScore:
    one = held.get(score.id)
    if one is not None and one.points is not None:
        points = min(one.points, score.max)
        score = replace(score, points=points, hints=(_told(one, points, score.max), *score.hints))
    elif WHOLE not in held:
        return score
    criteria = tuple(replace(each, needs_review=False) for each in score.criteria)
    return replace(score, needs_review=False, review_reasons=(), criteria=criteria)


def _told(one: Override, points: Decimal, most: Decimal) -> str:
    stop = "" if one.reason.endswith((".", "!", "?")) else "."
    return TOLD.format(points=number(points), max=number(most), reason=one.reason + stop)
