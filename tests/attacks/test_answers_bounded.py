"""Answers cost a bounded amount of work, whatever the text. Counted, not timed: `python -m bench.hostile` does that.

Work is the number of calls, of Python's functions and of those in C, that a file of answers causes. Each call handles
at most one line or one sentence, whose lengths are bounded, by patterns without nested repetition.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from attack_suite import ROOT

sys.path.insert(0, str(ROOT))  # for bench, which is no part of the package

from bench import hostile
from grader.answers import check_pattern, parse_answers
from grader.answers.parse import MAX_CHARACTERS
from grader.answers.score import score_answer
from grader.model import Question
from grader.rubric import load_rubric

TEXTS = hostile.texts()
MOST_CALLS = 600_000  # counted: at most 352,000 for any of these, and 14,000 for the model answers


def calls(work: Callable[[], object]) -> int:
    """How many calls `work` makes."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.fixture(scope="module")
def grade() -> Callable[[bytes], int]:
    """The way of a file of answers, warmed up."""
    way = hostile.grader()
    way(TEXTS["model answers"])
    return way


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_work_is_bounded(name: str, grade: Callable[[bytes], int]) -> None:
    """No text makes the engine do more than some forty times what an honest answer asks for."""
    assert calls(lambda: grade(TEXTS[name])) < MOST_CALLS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["headings", "numbers", "sentences", "noise of letters", "words of the subject"])
def test_work_does_not_grow_beyond_the_bound(name: str, grade: Callable[[bytes], int]) -> None:
    """Ten times as much text is the same work: what is beyond the bound is not read."""
    data = TEXTS[name]
    assert calls(lambda: grade(data * 10)) <= 1.05 * calls(lambda: grade(data)) + 100


def test_what_is_beyond_the_bound_is_not_read() -> None:
    """Parsing ends at its bound, and scoring at its own."""
    questions = hostile_questions()
    text = TEXTS["noise of letters"].decode()
    assert parse_answers(text, questions) == parse_answers(text[:MAX_CHARACTERS], questions)
    answer = "bind gives the socket its address. " * 200
    assert score_answer(questions[0], answer) == score_answer(questions[0], answer * 50)


def hostile_questions() -> tuple[Question, ...]:

    return load_rubric(ROOT / "rubric.yaml", check_pattern).questions
