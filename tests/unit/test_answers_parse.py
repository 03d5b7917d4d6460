"""What counts as the answer to which question in an answers file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answers import commented_out, parse_answers
from grader.answers.misplaced import misplaced
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
        "__Question 1__\nfirst\n__Question 2__\nsecond",
        "_Question 1_\nfirst\n_Question 2_\nsecond",
        "*Question 1*\nfirst\n__Question 2__\nsecond",
        "== Question 1 ==\nfirst\n== Question 2 ==\nsecond",
        "<u>Question 1</u>\nfirst\n<u>Question 2</u>\nsecond",
        "<h2>Question 1</h2><p>first</p><h2 class='q'>Question 2</h2><p>second</p>",
        "<details><summary>Question 1</summary>\nfirst</details>\n<details><summary>Question 2</summary>\nsecond",
        "Task 1\nfirst\nTask 2\nsecond",
        "Aufgabe 1:\nfirst\nAufgabe 2:\nsecond",
        "First question:\nfirst\nSecond question:\nsecond",
        "Quesiton 1\nfirst\nQestion 2\nsecond",
        "Q.1 -\nfirst\nQ.2 -\nsecond",
        "What is achieved using s.bind((HOST, PORT))?\nfirst\nWhat is achieved using s.connect((HOST, PORT))?\nsecond",
        "Regarding bind: first\nRegarding connect: second",
        "bind: first\n\nconnect: second",
        "`s.bind((HOST, PORT))`\nfirst\n\n`s.connect((HOST, PORT))`\nsecond",
        "The bind() command:\nfirst\n\nThe connect() command:\nsecond",
        "| Question | Answer |\n| --- | --- |\n| Question 1 | first |\n| Question 2 | second |",
        "| No | Answer |\n|:--|:--|\n| 1 | first |\n| 2 | second |",
        "## Question 1\n~~a draft~~\nfirst\n## Question 2\n~~another\ndraft~~ second",
        f"# Questions\n1. {BIND}\n2. {CONNECT}\n\n# Answers\n1. first\n2. second",
        f"1. {BIND}\n2. {CONNECT}\n\nbind: first\n\nconnect: second",
        "# Question 1\n# Question 2\n\n1. first\n2. second",
    ],
)
def test_headings_in_the_usual_variants_are_understood(text: str) -> None:
    """However the headings are written, each question gets its own text and nothing else."""
    answers = {key: value.strip() for key, value in parse_answers(text, QUESTIONS).items()}
    assert answers == {"q1": "first", "q2": "second"}


STARTER = (Path(__file__).resolve().parents[2] / "starter" / "answers.md").read_text("utf-8")
FIRST = "It ties the socket to the address at which it will be waiting."
SECOND = "It opens a connection to the server which waits at that address."


@pytest.mark.parametrize(
    "text",
    [
        f"1. {FIRST}\n2. {SECOND}\n\n{STARTER}",
        f"{FIRST}\n\n{SECOND}\n\n{STARTER}",
        f"Name: Ada Lovelace\n\n{FIRST}\n\n{SECOND}",
        f"Dear Sir, here are my answers.\n\n{FIRST}\n\n{SECOND}",
    ],
)
def test_answers_are_found_wherever_they_stand(text: str) -> None:
    """Above the starter that was left as it was, or below a name: nobody loses an answer that is there."""
    assert parse_answers(text, QUESTIONS) == {"q1": FIRST, "q2": SECOND}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (FIRST, {"q1", "q2"}),
        (f"{FIRST}\n\nMore of it, at some length.\n\n{SECOND}", {"q1", "q2"}),
        (f"## Question 1\n{FIRST}\n## Question 2\n{FIRST.upper()}", {"q1", "q2"}),
        (f"## Question 1\n1. {FIRST}\n2. {SECOND}\n## Question 2\n", {"q2"}),
        (f"## Question 1\n{FIRST}\n\n{SECOND}", {"q2"}),
        (f"## Question 1\n## Question 2\n{FIRST}\n\n{SECOND}", {"q1"}),
        (f"1. What does bind do?\n2. What does connect do?\n\n{FIRST}\n\n{SECOND}", {"q1"}),
        (f"## Question 1\n{FIRST}\n## Question 2\n{SECOND}", set()),
        (f"## Question 1\n{FIRST}\n## Question 2\n", set()),
        (f"{FIRST}\n\n{SECOND}", set()),
        (STARTER, set()),
    ],
)
def test_a_person_is_asked_where_an_answer_may_stand_in_another_s_place(text: str, asked: set[str]) -> None:
    """One text for two questions, or all of it under one of them: marked as a draft only."""
    assert set(misplaced(QUESTIONS, parse_answers(text, QUESTIONS))) == asked


def test_an_arrow_inside_a_line_is_no_quote() -> None:
    assert parse_answers("## Question 1\n> bind -> address\n## Question 2\na > b", QUESTIONS)["q1"] == "bind -> address"


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


@pytest.mark.parametrize("start", ["-" * 400, "." * 400, "(" + " " * 400], ids=["rule", "dots", "blanks"])
@pytest.mark.parametrize("heading", ["## Question 1\n", "## Question 1: "], ids=["below", "beside"])
def test_words_behind_a_long_row_of_signs_are_an_answer(start: str, heading: str) -> None:
    """A line is a rule or a placeholder only when there is no more on it."""
    answers = parse_answers(f"{heading}{start} it waits\n## Question 2\nsecond", QUESTIONS)
    assert answers["q1"].endswith("it waits")


def test_a_long_rule_is_still_a_rule() -> None:
    assert parse_answers(f"## Question 1\nfirst\n{'-' * 3000}\n## Question 2\nsecond", QUESTIONS)["q1"] == "first"


HIDDEN = "It ties the socket to an address."


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<!-- {HIDDEN} -->", True),
        (f"<!--\n{HIDDEN}\n-->", True),
        (f"(Write your answer here.)\n<!-- {HIDDEN} -->", True),
        (f"<!-- Write your answer here: {HIDDEN} -->", True),
        (f"<!-- Write your answer here\n{HIDDEN} -->", True),
        (f"<!-- Two to five sentences, in your own words {HIDDEN} -->", True),
        (f"--\n<!-- {HIDDEN} -->", True),
        ("", False),
        ("(Write your answer here.)", False),
        ("<!-- (Write your answer here.) -->", False),
        ("<!-- Two to five sentences for each question, in your own words. -->", False),
        ("<!-- Please delete this comment. -->\n<!-- TODO -->", False),
        (f"<!-- > {BIND} -->", False),
        ("<!-- not sure yet -->", False),
        (f"It waits. <!-- {HIDDEN} -->", False),
    ],
)
def test_an_answer_that_stands_in_a_comment_is_known(body: str, expected: bool) -> None:
    """It is not read; but where there is no other, it is no empty answer. What tells what to write is none."""
    text = f"## Question 1\n{body}\n## Question 2\nsecond"
    assert commented_out(text, QUESTIONS, parse_answers(text, QUESTIONS)) == ({"q1"} if expected else set())


def test_a_whole_file_in_a_comment_is_known() -> None:
    text = f"<!--\n## Question 1\n{HIDDEN}\n## Question 2\n(Write your answer here.)\n-->"
    assert commented_out(text, QUESTIONS, parse_answers(text, QUESTIONS)) == {"q1"}


@given(st.text(), st.text(), st.text())
def test_any_comment_is_looked_at(before: str, inside: str, after: str) -> None:
    """No comment makes it raise, and none concerns a question that has an answer."""
    text = f"{before}<!--{inside}-->{after}"
    given = parse_answers(text, QUESTIONS)
    assert not any(any(map(str.isalnum, given[name])) for name in commented_out(text, QUESTIONS, given))


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
