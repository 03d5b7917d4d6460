"""Points: never below zero or above the maximum, exact, and the same in whatever order things were seen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from cases import SEED, a_check, a_rubric
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Grade, Note, Observation, Options, QuestionScore, Rubric, Status, Submission, Verdict
from grader.score import score

pytestmark = pytest.mark.slow

amounts = st.integers(0, 400).map(lambda quarters: Decimal(quarters) / 4)
outcomes = st.lists(st.tuples(amounts, st.sampled_from(Verdict)), max_size=12)


@st.composite
def questions(draw: st.DrawFn) -> list[QuestionScore]:
    """Questions that were answered in part."""
    return [
        QuestionScore(
            id=f"q{number}",
            title="",
            answer="",
            points=most * draw(st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)])),
            max=most,
            needs_review=draw(st.booleans()),
            criteria=(),
        )
        for number, most in enumerate(draw(st.lists(amounts, max_size=3)))
    ]


def made(
    came_out: list[tuple[Decimal, Verdict]], answers: list[QuestionScore], penalty: Decimal, misnamed: int
) -> tuple[Rubric, Submission, dict[str, Observation]]:
    checks = [a_check(f"server.{number}", points=points) for number, (points, _) in enumerate(came_out)]
    most = sum((check.points for check in checks), Decimal(0)) + sum((one.max for one in answers), Decimal(0))
    rubric = a_rubric(*checks, points=most, options=Options(misnamed_penalty=penalty))
    notes = (Note(code="misnamed", message="Found under another name."),) * misnamed
    submission = Submission(id="ada", digest=SEED, files=(), programs={}, answers=None, notes=notes)
    pairs = zip(checks, came_out, strict=True)
    return (
        rubric,
        submission,
        {check.id: Observation(check=check.id, verdict=verdict, reason="So it is.") for check, (_, verdict) in pairs},
    )


@settings(max_examples=100, deadline=None)
@given(outcomes, questions(), amounts, st.integers(0, 2))
def test_points_lie_between_zero_and_the_maximum_and_add_up(
    came_out: list[tuple[Decimal, Verdict]], answers: list[QuestionScore], penalty: Decimal, misnamed: int
) -> None:
    """What is shown for the parts, less the penalty that is shown, is the mark."""
    rubric, submission, observations = made(came_out, answers, penalty, misnamed)
    grade = score(submission, rubric, observations, answers)
    assert 0 <= grade.points <= grade.max == rubric.points
    assert 0 <= grade.penalty <= penalty * misnamed
    parts = [one.points for one in grade.checks] + [one.points for one in grade.questions]
    assert grade.points == sum(parts, Decimal(0)) - grade.penalty
    assert all(check.points in (0, check.max) for check in grade.checks)


@settings(max_examples=100, deadline=None)
@given(outcomes, questions(), st.randoms(use_true_random=False))
def test_the_order_of_observations_does_not_matter(
    came_out: list[tuple[Decimal, Verdict]], answers: list[QuestionScore], chance: object
) -> None:
    """Whichever run was over first, the grade is the same value."""
    rubric, submission, observations = made(came_out, answers, Decimal(0), 0)
    names = list(observations)
    chance.shuffle(names)  # type: ignore[attr-defined]
    other: Grade = score(submission, rubric, {name: observations[name] for name in names}, answers)
    assert other == score(submission, rubric, observations, answers)


def causes(grade: Grade) -> set[str]:
    """Why a person has to look, whichever and however many checks it is about."""
    return {reason.partition(": ")[2] or reason for reason in grade.review_reasons}


@settings(max_examples=100, deadline=None)
@given(outcomes, questions())
def test_a_check_more_that_passes_never_costs_anything(
    came_out: list[tuple[Decimal, Verdict]], answers: list[QuestionScore]
) -> None:
    """Mending one thing earns exactly its points, and asks for nobody who was not needed before."""
    rubric, submission, observations = made(came_out, answers, Decimal(0), 0)
    before = score(submission, rubric, observations, answers)
    for check in rubric.checks:
        mended = {**observations, check.id: Observation(check=check.id, verdict=Verdict.PASSED)}
        after = score(submission, rubric, mended, answers)
        earned = observations[check.id].verdict is Verdict.PASSED
        assert after.points - before.points == (0 if earned else check.points)
        assert causes(after) <= causes(before)
        assert before.status is not Status.GRADED or after.status is Status.GRADED
