"""What counts as the answer to which question in an answers file."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answers import parse_answers
from grader.model import Question

BIND = "In relation to echo-server.py, what is achieved using `s.bind((HOST, PORT))`?"
CONNECT = "In relation to echo-client.py, what is achieved using `s.connect((HOST, PORT))`?"


def question(number: int, prompt: str) -> Question:
    title = f"Title {number}"
    return Question(id=f"q{number}", number=number, title=title, prompt=prompt, points=Decimal(15), criteria=())


QUESTIONS = (question(1, BIND), question(2, CONNECT))


@pytest.mark.parametrize(
    "text",
    [
        "## Question 1\n\nfirst\n\n## Question 2\n\nsecond\n",
        "# Answers\n\n### question 1:\nfirst\n### question 2:\nsecond",
        "# Q1\nfirst\n# Q2\nsecond",
        "**Question 1:** first\n\n**Question 2:** second",
        "**Q1.**\nfirst\n**Q2.**\nsecond",
        "Question 1.\nfirst\nQuestion 2.\nsecond",
        "Question 1: first\nQuestion 2: second",
        "Question 1 - first\nQuestion 2 - second",
        "Question one\nfirst\nQuestion two\nsecond",
        "Q1) first\nQ2) second",
        "Answer 1: first\nAnswer 2: second",
        "Answer to question 1\nfirst\nAnswer to question 2\nsecond",
        "1. first\n2. second",
        "1) first\n\n2) second",
        "(1) first\n(2) second",
        "## 1\nfirst\n## 2\nsecond",
        "### 1. Question\n\nfirst\n\n### 2. Question\n\nsecond",
        "Question 1\n==========\nfirst\n\nQuestion 2\n----------\nsecond",
        "\ufeff## Question 1\r\nfirst\r\n\r\n## Question 2\r\nsecond\r\n",
        "## Question 1\rfirst\r## Question 2\rsecond",
        "   ## Question 1\n   first\n   ## Question 2\n   second",
        f"## Question 1: {BIND}\nfirst\n## Question 2: {CONNECT}\nsecond",
        f"## {BIND}\nfirst\n## {CONNECT}\nsecond",
        f"## Question 1\n> {BIND}\n\nfirst\n## Question 2\n> {CONNECT}\n\nsecond",
        f"## Question 1\n{BIND}\nfirst\n## Question 2\n{CONNECT}\nsecond",
        f"Question 1: {BIND} first\nQuestion 2: {CONNECT} second",
        "## Question 1\n> In relation to echo-server.py, what is achieved\n> using `s.bind((HOST, PORT))`?\nfirst\n"
        "## Question 2\nsecond",
        "## Question 1\n<!-- in your own words -->\nfirst\n## Question 2\nYour answer: second",
        "## Question 1 (bind)\nfirst\n## Question 2 (connect)\nsecond",
        "## Question 1\n> first\n## Question 2\n> second",
        "## Question 2\nsecond\n## Question 1\nfirst",
        "first\n\nsecond",
        "```\nQ1: first\nQ2: second\n```",
    ],
)
def test_headings_in_the_usual_variants_are_understood(text: str) -> None:
    """However the headings are written, each question gets its own text and nothing else."""
    answers = {key: value.strip() for key, value in parse_answers(text, QUESTIONS).items()}
    assert answers == {"q1": "first", "q2": "second"}


@pytest.mark.parametrize(
    "placeholder",
    [
        "",
        "(write your answer here)",
        "(Write your answer here.)",
        "TODO",
        "Your answer:",
        "_Your answer here_",
        "...",
        "\n\n",
    ],
)
def test_the_starter_s_placeholder_is_no_answer(placeholder: str) -> None:
    """What the starter put there counts as nothing written."""
    text = f"## Question 1\n\n> {BIND}\n\n{placeholder}\n\n## Question 2\n\n> {CONNECT}\n\n{placeholder}\n"
    assert parse_answers(text, QUESTIONS) == {"q1": "", "q2": ""}


def test_a_missing_question_is_empty() -> None:
    """A question without a heading has no answer when the other has one."""
    assert parse_answers("## Question 1\nfirst\n", QUESTIONS) == {"q1": "first", "q2": ""}


def test_a_repeated_heading_joins_both_texts() -> None:
    """Someone who comes back to question 1 later loses neither part."""
    answers = parse_answers("## Question 1\na\n## Question 2\nb\n## Question 1\nc", QUESTIONS)
    assert answers == {"q1": "a\n\nc", "q2": "b"}


def test_a_numbered_list_inside_an_answer_is_kept_there() -> None:
    """`1.` and `2.` are headings only when there is no better one."""
    answers = parse_answers("## Question 1\n1. ties\n2. waits\n## Question 2\nsecond", QUESTIONS)
    assert answers == {"q1": "1. ties\n2. waits", "q2": "second"}


def test_code_fences_are_text_and_hide_headings() -> None:
    """A comment such as `# Q2` inside a fence starts no new answer."""
    answers = parse_answers("## Question 1\n```python\n# Q2\ns.bind(x)\n```\n## Question 2\nsecond", QUESTIONS)
    assert "s.bind(x)" in answers["q1"]
    assert answers["q2"] == "second"


def test_a_single_question_takes_text_without_heading() -> None:
    """With one question there is nothing to confuse it with."""
    assert parse_answers("It ties the socket.", QUESTIONS[:1]) == {"q1": "It ties the socket."}


def test_text_without_any_heading_costs_nobody_an_answer() -> None:
    """Where text cannot be divided, each question is judged on all of it."""
    answers = parse_answers("one\n\ntwo\n\nthree", QUESTIONS)
    assert answers["q1"] == answers["q2"] == "one\n\ntwo\n\nthree"


def test_text_above_the_first_heading_belongs_to_a_missing_question_1() -> None:
    """A forgotten first heading does not lose the first answer."""
    assert parse_answers("# Answers\nfirst\n\n## Question 2\nsecond", QUESTIONS) == {"q1": "first", "q2": "second"}


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """No file makes the parser raise, and every question is in what it returns."""
    assert set(parse_answers(text, QUESTIONS)) == {"q1", "q2"}
