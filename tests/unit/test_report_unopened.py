"""Hand-ins and answers that could not be read: nobody is told that they are missing, and no zero is a mark."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import grades
from grades import summarize

from grader.intake import messages
from grader.model import Note, Status
from grader.report import words
from grader.report.staff import render_staff_html
from grader.report.student import student_html, student_markdown
from grader.report.terminal import render_check_terminal, render_summary_table
from grader.report.view import student_view

RUBRIC = grades.a_rubric()


UNOPENED = grades.a_grade(
    *(grades.skipped(name) for name, *_ in grades.CHECKS),
    questions=(grades.a_question_score(answer="", points=Decimal(0), criteria=()),),
    notes=(Note(code="unopened", message="The archive `a.zip` is damaged. Ask for it again.", needs_person=True),),
    status=Status.NEEDS_REVIEW,
    points=Decimal(0),
)


def test_who_could_not_be_read_is_told_so_and_nothing_else() -> None:
    """No mark, no failed check, no missing answer, and no word that is meant for the staff."""
    told = student_view(UNOPENED, RUBRIC)
    assert (told.headline, told.cost, told.pending, told.total) == (words.UNOPENED, "", (), "not graded yet")
    for text in (student_html(told), student_markdown(told)):
        plain = " ".join(text.partition("</style>")[2].split() or text.split())
        assert "Your hand-in could not be opened" in plain
        for wrong in ("damaged", "Ask for it", "Start here", "answer yet", "0 of", " of 46", "✗", "Not tried", "Files"):
            assert wrong not in plain


def test_staff_read_why_it_could_not_be_opened() -> None:
    """The whole message, no check that it could be taken to have failed, and no total."""
    page = render_staff_html(UNOPENED, RUBRIC)
    assert "The archive <code>a.zip</code> is damaged. Ask for it again." in page
    assert "<strong>not graded yet</strong>, needs a person" in page
    for wrong in ("<h2>Checks", "<h2>Answers", "0 of 46", "Listens on"):
        assert wrong not in page


def test_what_could_not_be_opened_is_in_no_mean_and_in_no_count_of_checks() -> None:
    """It is listed among those that need a person, with what to do."""
    summary = summarize(RUBRIC, [UNOPENED, grades.a_grade(submission="bob")])
    assert summary.spread is not None
    assert (summary.spread.mean, summary.spread.lowest, summary.unopened) == (46, 46, 1)
    assert (summary.failed, summary.people_count, summary.programs_wait) == ((), 1, 0)
    text = render_summary_table(summary)
    assert "Needs a person: 1\n  ada: The archive `a.zip` is damaged. Ask for it again.\n" in text
    assert "mean 46.0" in text


def test_an_answer_that_could_not_be_read_is_not_called_missing() -> None:
    """The note says why: it stands first where nothing else is to be done, and each question points to it."""
    note = messages.answers_unreadable("answers.docx", "answers.md")
    unread = grades.a_grade(
        questions=(grades.a_question_score(answer="", points=Decimal(0), criteria=()),), notes=(note,)
    )
    told = student_view(unread, RUBRIC)
    assert told.headline.endswith(note.message)
    for text in (student_html(told), student_markdown(told), render_check_terminal(told)):
        assert "no answer yet" not in text
        assert "could not be read" in text
    nothing = replace(unread, notes=(messages.answers_missing("answers.md"),))
    assert "There is no answer yet." in student_markdown(student_view(nothing, RUBRIC))
