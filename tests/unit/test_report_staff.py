"""What the staff read: faults of ours once, reasons that speak of the student, and how likely an idea is met."""

from __future__ import annotations

import re

import grades
import noted
import pytest
from grades import summarize

from grader.answers import phrases
from grader.intake import messages
from grader.model import Grade, Note, ProgramSpec, Status
from grader.report import words
from grader.report.staff import render_staff_html
from grader.report.terminal import render_summary_table

RUBRIC = grades.a_rubric()
SPEC = ProgramSpec(role="server", file="echo-server.py", reference="")


TRACEBACK = """Traceback (most recent call last):
  File "pipeline.py", line 174, in grade_safely
    return await grade_submission(submission)
RuntimeError: it makes no sense
"""


def all_broken(note: str) -> Grade:
    """A grade whose every check was left out by one fault of ours."""
    return grades.a_grade(*(grades.harness_error(name, staff_note=note) for name, *_ in grades.CHECKS))


def test_a_fault_on_our_side_is_one_line_for_each_student() -> None:
    """In the list stands what a traceback ends in; it is not told again for each check."""
    text = render_summary_table(summarize(RUBRIC, [all_broken(TRACEBACK)]))
    assert text.endswith("Fault on our side: 1\n  ada: 5 checks: RuntimeError: it makes no sense\n")
    assert "Needs a person" not in text
    long = render_summary_table(summarize(RUBRIC, [all_broken("x " * 400)]), width=60)
    assert max(map(len, long.splitlines())) <= 60


def test_the_staffs_page_has_the_whole_traceback_once() -> None:
    """Above the checks, in its own lines; each check points there."""
    page = render_staff_html(all_broken(TRACEBACK), RUBRIC)
    assert page.count("line 174") == 1
    assert "<pre>5 checks: Traceback (most recent call last):\n  File" in page
    assert page.count("Told at the top of this page, for 5 checks.") == 5


def test_criteria_of_two_questions_with_one_id_keep_their_own_ideas() -> None:
    """An id has to be unique within its question only."""
    questions = tuple(
        grades.a_question(number, criteria=(grades.a_criterion("port", idea=f"Idea of question {number}."),))
        for number in (1, 2)
    )
    grade = grades.a_grade(questions=tuple(grades.a_question_score(number) for number in (1, 2)))
    page = render_staff_html(grade, grades.a_rubric(questions=questions))
    assert page.index("Idea of question 1.") < page.index("Idea of question 2.")


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("server.ends: bwrap exited with 1", "server.ends: bwrap exited with 1"),
        (f"15 checks: {TRACEBACK}", "15 checks: RuntimeError: it makes no sense"),
        (
            "  + Exception Group Traceback (most recent call last):\n  | ExceptionGroup: two (1 sub-exception)\n"
            "  +-+---------------- 1 ----------------\n    | OSError: no\n    +------------------------------------\n",
            "OSError: no",
        ),
        ("it prints: Traceback (most recent call last)", "it prints: Traceback (most recent call last)"),
    ],
)
def test_of_a_traceback_its_last_words_are_told(reason: str, told: str) -> None:
    """Those of a group too; what is no traceback stays as it is."""
    assert words.gist(reason) == told


@pytest.mark.parametrize("note", noted.NOTED, ids=lambda note: note.message[:30])
def test_staff_are_told_of_the_student_and_not_spoken_to_as_one(note: Note) -> None:
    """In every list of reasons and on the staff's page; what stands in backquotes stays the student's."""
    said = words.for_staff(note.message)
    assert re.findall(r"\b(?:you|your|yours|next time)\b", said, re.IGNORECASE) == []
    assert said.endswith((".", "used"))
    grade = grades.a_grade(notes=(note,), status=Status.NEEDS_REVIEW)
    if note.needs_person:
        assert f": {said}" in render_summary_table(summarize(RUBRIC, [grade]), width=100).replace("\n      ", " ")
    page = render_staff_html(grade, RUBRIC)
    assert not re.search(r"your teacher|Next time|You handed", page)


def test_a_file_that_is_called_like_a_word_of_ours_keeps_its_name() -> None:
    """Names are not spoken to anybody."""
    note = messages.misnamed(SPEC, "Your server.py")
    assert words.for_staff(note.message) == "The server was found as `Your server.py` and used."


def test_reasons_are_one_sentence() -> None:
    """No full stop before a semicolon, and none behind a quotation that has its own."""
    doubts = ("q1: port: probably stated (91 % that it is met).", "q2: shows the belief “It is a known address.”.")
    grade = grades.a_grade(status=Status.NEEDS_REVIEW, review_reasons=doubts)
    told = " ".join(render_summary_table(summarize(RUBRIC, [grade])).split())
    assert "(91 % that it is met); q2: shows the belief “It is a known address.”" in told
    assert "”." not in told


def test_the_chance_is_called_so_and_left_out_where_a_person_decided() -> None:
    """“✗ missing, 0 %” would read as if nobody were sure of it."""
    note = phrases.STAFF_MARKED_NOT.format(idea="It is one.")
    decided = grades.a_criterion_score("port", False, probability=0.0, staff_note=note)
    guessed = grades.a_criterion_score("order", False, probability=0.25)
    page = render_staff_html(grades.a_grade(questions=(grades.a_question_score(criteria=(decided, guessed)),)), RUBRIC)
    assert "Chance that it is met" in page
    assert re.findall(r"\d+ %", page.partition("<body>")[2]) == ["25 %"]
    assert "“It is one.”<" in page
