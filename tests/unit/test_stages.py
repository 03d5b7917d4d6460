"""What of a mark holds after an edit of the rubric: digests of its stages, and answers at other points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import grades
import pytest

from grader.answers import score_answer
from grader.model import Options, Question, Rubric, Step
from grader.rubric import plan_digest, stages
from grader.rubric.digest import rubric_digest
from grader.score import priced

EDITS: dict[str, tuple[Callable[[Rubric], Rubric], tuple[bool, bool]]] = {
    "points of a check": (lambda rubric: with_check(rubric, points=Decimal(1)), (True, True)),
    "points of all": (lambda rubric: replace(rubric, points=Decimal(7)), (True, True)),
    "title of the assignment": (lambda rubric: replace(rubric, title="Another"), (True, True)),
    "a penalty": (lambda rubric: replace(rubric, options=Options(misnamed_penalty=Decimal(3))), (True, True)),
    "points of a question": (lambda rubric: with_question(rubric, points=Decimal(3)), (True, True)),
    "points of a criterion": (lambda rubric: with_criterion(rubric, points=Decimal(2)), (True, True)),
    "a criterion worth nothing": (lambda rubric: with_criterion(rubric, points=Decimal(0)), (True, False)),
    "an idea": (lambda rubric: with_criterion(rubric, idea="Another idea."), (True, False)),
    "a pattern": (lambda rubric: with_criterion(rubric, accept=("port",)), (True, False)),
    "a hint": (lambda rubric: with_check(rubric, hint="Look again."), (False, True)),
    "a title": (lambda rubric: with_check(rubric, title="Another"), (False, True)),
    "what is needed": (lambda rubric: with_check(rubric, needs=("client.connects",)), (False, True)),
    "a conversation": (lambda rubric: with_check(rubric, conversation=(Step(name="listens"),) * 2), (False, True)),
    "a seed": (lambda rubric: replace(rubric, options=Options(seed="oak")), (False, True)),
    "exact wording": (lambda rubric: replace(rubric, options=Options(exact_wording=True)), (False, True)),
    "the port": (lambda rubric: replace(rubric, port=1), (False, True)),
}


def with_check(rubric: Rubric, **changes: object) -> Rubric:
    first, *rest = rubric.checks
    return replace(rubric, checks=(replace(first, **changes), *rest))  # type: ignore[arg-type]


def with_question(rubric: Rubric, **changes: object) -> Rubric:
    first, *rest = rubric.questions
    return replace(rubric, questions=(replace(first, **changes), *rest))  # type: ignore[arg-type]


def with_criterion(rubric: Rubric, **changes: object) -> Rubric:
    first, *rest = rubric.questions[0].criteria
    return with_question(rubric, criteria=(replace(first, **changes), *rest))  # type: ignore[arg-type]


@pytest.mark.parametrize("edit", EDITS)
def test_a_stage_is_made_again_only_where_the_edit_can_change_it(edit: str) -> None:
    """Points, totals and penalties are counted anew and change neither stage; all else changes its own."""
    change, same = EDITS[edit]
    before = grades.a_rubric()
    after = change(before)
    after = replace(after, digest=rubric_digest(after))
    assert after.digest != before.digest
    one, other = stages(before), stages(after)
    assert (one.observed == other.observed, one.answered == other.answered) == same
    if same[0]:  # whoever goes on from an observation never needs the records of another plan
        assert plan_digest(before) == plan_digest(after)


ANSWERS = (
    "",
    "The port is where the server listens.",
    "It associates the socket with an address. The port says which program is meant.",
    "I think it may be about ports, or not.",
)


def a_real_question(port: int, address: int, most: int) -> Question:
    port_idea = grades.a_criterion("port", points=Decimal(port), accept=("port >6:listens",))
    address_idea = grades.a_criterion("address", points=Decimal(address), accept=("associates >6:address",))
    return grades.a_question(points=Decimal(most), criteria=(port_idea, address_idea))


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_at_other_points_is_as_if_it_were_read_again(answer: str) -> None:
    """Points of criteria, and the most that a question gives, change nothing but points."""
    before, after = a_real_question(5, 2, 6), a_real_question(3, 4, 5)
    assert priced(after, score_answer(before, answer)) == score_answer(after, answer)
