"""Observations, scored answers and a rubric in, a grade out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from grader import __version__
from grader.model import CheckScore, Grade, Note, Observation, QuestionScore, Rubric, Status, Submission, Verdict


def score(
    submission: Submission,
    rubric: Rubric,
    observations: Mapping[str, Observation],
    questions: Sequence[QuestionScore],
) -> Grade:
    """The grade of one submission. Every check of the rubric has an observation, every question a score."""
    checks = tuple(
        CheckScore(
            id=check.id,
            title=check.title,
            points=check.points if observations[check.id].verdict is Verdict.PASSED else Decimal(0),
            max=check.points,
            observation=observations[check.id],
        )
        for check in rubric.checks
    )
    penalty = rubric.options.misnamed_penalty * sum(note.code == "misnamed" for note in submission.notes)
    earned = sum((one.points for one in checks), Decimal(0)) + sum((one.points for one in questions), Decimal(0))
    reasons = review_reasons(checks, questions, submission.notes)
    return Grade(
        submission=submission.id,
        submission_digest=submission.digest,
        rubric=rubric.digest,
        grader=__version__,
        status=status(checks, reasons),
        points=max(earned - penalty, Decimal(0)),
        max=rubric.points,
        penalty=min(penalty, earned),
        checks=checks,
        questions=tuple(questions),
        notes=submission.notes,
        review_reasons=reasons,
    )


def review_reasons(
    checks: Sequence[CheckScore], questions: Sequence[QuestionScore], notes: Sequence[Note]
) -> tuple[str, ...]:
    """Why a person has to look, in the order in which they would."""
    broken = [one for one in checks if one.observation.verdict is Verdict.HARNESS_ERROR]
    reasons = [f"{one.id}: {one.observation.staff_note or one.observation.reason}" for one in broken]
    reasons += [note.message for note in notes if note.needs_person]
    for question in questions:
        if question.needs_review:
            reasons += [f"{question.id}: {reason}" for reason in question.review_reasons or ("please mark by hand",)]
    return tuple(dict.fromkeys(reasons))


def status(checks: Sequence[CheckScore], reasons: Sequence[str]) -> Status:
    """What the grade still needs."""
    if any(one.observation.verdict is Verdict.HARNESS_ERROR for one in checks):
        return Status.HARNESS_ERROR
    return Status.NEEDS_REVIEW if reasons else Status.GRADED
