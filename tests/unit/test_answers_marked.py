"""Marked answers: reading them, and how far the engine agrees with them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import grades
import pytest

from grader.answers.agreement import Cell, figures, settled, weighted_kappa, wilson, worst
from grader.answers.coverage import AnswerDoubt, coverage, doubts
from grader.answers.decide import Situation, calibration, decide, largest_doubt
from grader.answers.marked import Marked, MarkedError, read_all
from grader.model import Criterion, Question

QUESTION = Question(
    id="q1",
    number=1,
    title="t",
    prompt="p",
    points=Decimal(3),
    criteria=tuple(
        Criterion(id=name, points=Decimal(2), idea="An idea.", kind="something", accept=(name,))
        for name in ("ham", "egg")
    ),
)


def cell(gold: bool, met: bool, probability: float = 0.9, settled: bool = True, text: str = "t") -> Cell:
    return Cell("ham", gold, met, probability, settled, False, text)


def test_a_spreadsheet_is_read_with_undecided_cells_left_out() -> None:
    """1 and 0 decide; an empty field and a question mark do not, nor what is to another question."""
    found = read_all("question,answer,ham,egg\nq1,some ham,1,\nq9,other,,\nq1,nothing,0,?\n", [QUESTION], is_csv=True)
    assert [(one.question, dict(one.gold)) for one in found] == [
        ("q1", {"ham": True}),
        ("q9", {}),
        ("q1", {"ham": False}),
    ]


@pytest.mark.parametrize(
    ("written", "met"), [("1.0", True), ("x", True), ("TRUE", True), ("0.0", False), ("No", False)]
)
def test_a_mark_may_be_written_as_a_spreadsheet_writes_it(written: str, met: bool) -> None:
    """Numbers with a point, words in any case."""
    (one,) = read_all(f"question,answer,ham\nq1,some ham,{written}\n", [QUESTION], is_csv=True)
    assert dict(one.gold) == {"ham": met}


def test_a_bank_is_read_with_its_borderline_cells() -> None:
    text = "answers:\n- {question: q1, text: ham, gold: {ham: 1, egg: 0}, borderline: [egg]}\n"
    (one,) = read_all(text, [QUESTION], is_csv=False)
    assert (dict(one.gold), one.borderline) == ({"ham": True, "egg": False}, {"egg"})


@pytest.mark.parametrize(
    ("text", "is_csv", "message"),
    [
        ("question,ham\nq1,1\n", True, "no column 'answer'"),
        ("question,answer,ham\nq1,a,perhaps\n", True, "line 2: 'perhaps'"),
        ("answers:\n- {question: q1, text: t, gold: {spam: 1}}\n", False, "'spam' is no criterion of q1"),
        ("just text", False, "not a bank"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(text: str, is_csv: bool, message: str) -> None:
    with pytest.raises(MarkedError, match=message):
        read_all(text, [QUESTION], is_csv=is_csv)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "&a [", "!x {? "])
def test_a_bank_that_nests_without_end_is_refused(opening: str) -> None:
    """PyYAML composes with a call for each level, in C: deep enough, that ends the interpreter."""
    with pytest.raises(MarkedError, match=r"line 2: entries nest more than 30 deep here\."):
        read_all("answers:\n  " + opening * 100_000, [QUESTION], is_csv=False)


def test_figures_of_known_cells() -> None:
    """Two right credits, one wrong, one missed, one right refusal."""
    found = figures([cell(True, True), cell(True, True), cell(False, True), cell(True, False), cell(False, False)])
    assert (found.count, found.accuracy) == (5, pytest.approx(0.6))
    assert (found.precision, found.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found.kappa == pytest.approx((0.6 - 0.52) / (1 - 0.52))


def test_weighted_kappa_is_one_for_agreement_and_below_zero_for_opposites() -> None:
    assert weighted_kappa([(0, 0), (15, 15), (6, 6)]) == 1
    assert weighted_kappa([(0, 15), (15, 0)]) == pytest.approx(-1)


def test_what_is_settled_comes_with_an_interval() -> None:
    """Nine of ten settled cells right, and one answer in four asks for a person."""
    found = settled([cell(True, True)] * 9 + [cell(True, False)] + [cell(True, False, settled=False)], 4, 1)
    assert (found.share, found.right) == (0.75, 0.9)
    assert (found.low, found.high) == pytest.approx(wilson(9, 10))
    assert found.low < 0.9 < found.high


def test_the_worst_errors_are_the_surest_ones() -> None:
    errors = [
        cell(True, False, 0.4, text="unsure"),
        cell(False, True, 0.99, text="sure"),
        cell(True, True, text="right"),
    ]
    assert [one.text for one in worst(errors, 5)] == ["sure", "unsure"]


def test_a_higher_target_settles_less_and_the_shipped_one_is_the_fitted_one() -> None:
    """Nothing at all at 1, and never a coin toss."""
    fitted = calibration().doubt
    doubts = [largest_doubt(fitted, target) for target in (0.5, 0.9, 0.95, 0.97, 0.98, 0.99, 1)]
    assert doubts == sorted(doubts, reverse=True)
    assert (largest_doubt(fitted, 0.97), doubts[-1]) == (fitted, 0)
    assert doubts[0] < 0.5
    odds = 1.9  # some 87 % that it is met
    assert [decide(Situation.ONCE, odds, target).sure for target in (0.9, 0.99, 1)] == [True, False, False]


def answers(count: int, doubt: float, right: int) -> list[AnswerDoubt]:
    return [AnswerDoubt(doubt, right, 4)] * count


def test_coverage_is_what_the_other_parts_allow() -> None:
    """The sure half is all right and the other half mostly wrong: at 95 % the sure half is settled."""
    mixed = [one for pair in zip(answers(50, 0.05, 4), answers(50, 0.3, 2), strict=True) for one in pair]
    found = coverage(mixed, 0.95)
    assert found is not None
    assert found.right is not None
    assert found.settled.value == 0.5
    assert found.settled.low < 0.5 < found.settled.high
    assert (found.right.value, found.right.low) == (1, 1)
    loose = coverage(mixed, 0.7)
    assert loose is not None
    assert loose.settled.value == 1
    assert coverage(mixed, 0.95) == found


def test_coverage_of_what_never_suffices_is_nothing() -> None:
    """All wrong, or all flagged for other reasons; and of few answers nothing is said."""
    for hopeless in (answers(20, 0.1, 0), answers(20, 2.0, 4)):
        found = coverage(hopeless, 0.9)
        assert found is not None
        assert (found.settled.value, found.right) == (0, None)
    assert coverage(answers(9, 0.1, 4), 0.9) is None


def test_an_answer_is_as_doubtful_as_its_worst_criterion() -> None:
    """And asks for a person in any case when something else was noticed."""
    unsure = grades.a_criterion_score("egg", met=False, probability=0.3, needs_review=True)
    score = grades.a_question_score(
        criteria=(grades.a_criterion_score("ham"), unsure), needs_review=True, review_reasons=("egg: unsure",)
    )
    marked = Marked("q1", "t", {"ham": True, "egg": True})
    assert doubts([(marked, score)]) == [AnswerDoubt(0.3, 1, 2)]
    flagged = replace(score, review_reasons=("egg: unsure", "A list."))
    assert doubts([(marked, flagged)])[0].doubt > 1
    border = replace(marked, borderline=frozenset({"egg"}))
    assert doubts([(border, score)])[0].cells == 1
