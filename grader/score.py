"""Observations, scored answers and a rubric in, a grade out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from grader import __version__
from grader.model import (
    CheckScore,
    CriterionScore,
    Grade,
    Note,
    Observation,
    Question,
    QuestionScore,
    Rubric,
    Status,
    Submission,
    Verdict,
)  # fmt: skip


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


def priced(question: Question, before: QuestionScore) -> QuestionScore:
    """The score of an answer that was read under a rubric which differs in points alone, at this rubric's points."""
    worth = {criterion.id: criterion.points for criterion in question.criteria}
    criteria = tuple(one if one.max == worth[one.id] else _priced(one, worth[one.id]) for one in before.criteria)
    earned = sum((one.points for one in criteria), Decimal(0))
    return replace(before, points=min(earned, question.points), max=question.points, criteria=criteria)


def _priced(before: CriterionScore, worth: Decimal) -> CriterionScore:
    return replace(before, points=worth if before.met else Decimal(0), max=worth)


def review_reasons(
    checks: Sequence[CheckScore], questions: Sequence[QuestionScore], notes: Sequence[Note]
) -> tuple[str, ...]:
    """Why a person has to look, in the order in which they would."""
    reasons = _faults(one for one in checks if one.observation.verdict is Verdict.HARNESS_ERROR)
    reasons += [note.message for note in notes if note.needs_person or _may_be_the_work(note, checks, questions)]
    elsewhere = [one.observation.reason for one in checks if one.observation.elsewhere]
    reasons += [f"Perhaps right on the student's own computer: {reason}" for reason in elsewhere]
    for question in questions:
        if question.needs_review:
            reasons += [f"{question.id}: {reason}" for reason in question.review_reasons or ("please mark by hand",)]
    return tuple(dict.fromkeys(reasons))


def _may_be_the_work(note: Note, checks: Sequence[CheckScore], questions: Sequence[QuestionScore]) -> bool:
    """True for a note on files that were not used, where what was used in their place earned nothing: somebody left the
    starter as it was, and handed in their work beside it."""
    if note.code != "unused":
        return False
    if note.role == "answers":
        return bool(questions) and not any(one.answer.strip() for one in questions)
    tried = [one for one in checks if note.role is None or one.id.startswith(f"{note.role}.")]
    return bool(tried) and not any(one.points for one in tried)


def _faults(broken: Iterable[CheckScore]) -> list[str]:
    """What failed on our side. One fault mostly hits many checks: it is said once, with their number."""
    hit: dict[str, list[str]] = {}
    for one in broken:
        hit.setdefault(one.observation.staff_note or one.observation.reason, []).append(one.id)
    return [f"{ids[0] if len(ids) == 1 else f'{len(ids)} checks'}: {what}" for what, ids in hit.items()]


def status(checks: Sequence[CheckScore], reasons: Sequence[str]) -> Status:
    """What the grade still needs."""
    if any(one.observation.verdict is Verdict.HARNESS_ERROR for one in checks):
        return Status.HARNESS_ERROR
    return Status.NEEDS_REVIEW if reasons else Status.GRADED
