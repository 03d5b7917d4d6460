"""What a student reads: the worst mistake first, its line, and what to do; never more than is meant for students."""

from __future__ import annotations

from decimal import Decimal

import grades
import noted
import pytest
from grades import summarize

from grader.intake import messages
from grader.model import Grade, Note, ProgramSpec, Status
from grader.report.highlight import highlighted
from grader.report.statistics import spread
from grader.report.student import student_html, student_markdown
from grader.report.terminal import render_check_terminal, render_summary_table
from grader.report.view import View, student_view

RUBRIC = grades.a_rubric()
SPEC = ProgramSpec(role="server", file="echo-server.py", reference="")


def view(*observations: object, **changes: object) -> View:
    return student_view(grades.a_grade(*observations, **changes), RUBRIC)  # type: ignore[arg-type]


def terminal(grade: Grade, **options: object) -> str:
    return render_check_terminal(student_view(grade, RUBRIC), **options)  # type: ignore[arg-type]


def test_a_skipped_check_says_what_it_waits_for() -> None:
    """Not tried is not failed: the student reads which check has to work first."""
    told = view(grades.failed("server.listens"), grades.skipped("server.ends"))
    (waiting,) = told.having("skipped")
    assert waiting.reason == "“Listens on 127.0.0.1, port 65432” has to work first."


def test_full_marks_are_said_plainly() -> None:
    """Nothing to do is a sentence too."""
    told = view()
    assert told.all_well
    assert told.headline == "Everything that was asked for works, and your answers look complete."


def test_a_fault_of_ours_is_not_put_on_the_student() -> None:
    """A harness error reads as ours, names no staff detail, and says that no point is lost."""
    told = view(grades.harness_error("server.ends"))
    assert told.headline.startswith("Part of your work could not be checked, because of a fault on our side")
    assert told.pending == ("What could not be checked will be checked again; it has not cost you a point.",)
    assert told.having("harness-error")[0].reason == "Could not be checked, through no fault of yours."


def test_a_missing_idea_is_named_by_its_kind() -> None:
    """Programs right, one idea missing: the kind is told, the idea is not."""
    score = grades.a_question_score(points=Decimal(10), criteria=(grades.a_criterion_score("port", met=False),))
    told = view(questions=(score,))
    assert told.headline.endswith("Question 1: An idea seems missing: what the port is for.")


def test_a_failed_check_without_a_reason_still_has_a_sentence() -> None:
    """No failed check is left without words."""
    assert "did not work" in view(grades.failed("server.ends", reason="")).failed[0].reason


def test_the_words_that_earned_points_are_found_whatever_their_blanks() -> None:
    """Evidence is found again in the answer, over line ends and other case; joined, the stretches are the answer."""
    answer = "It binds the  Port\nnumber, and a port number is needed."
    stretches = highlighted(answer, ["port number", "binds … needed", "not there", "the port"])
    assert "".join(stretch.text for stretch in stretches) == answer
    assert [stretch.text for stretch in stretches if stretch.earned] == ["binds", "the  Port\nnumber", "needed"]


def test_html_has_total_line_and_next_step() -> None:
    """The page shows what was lost, the student's own line with its number, and the next step."""
    page = student_html(student_view(grades.a_grade(grades.failed("server.echoes-text")), RUBRIC))
    for part in (
        "<strong>40</strong> <span>of 46 points</span>",
        "Your file echo-server.py, line 12",
        "conn.sendall(data.upper())",
        "<b>Next step:</b> Hand to <code>sendall</code>",
        "<mark>associates the socket</mark>",
        "ask your teacher",
    ):
        assert part in page


def test_markdown_says_the_same() -> None:
    """The Markdown twin has the same points, line and next step."""
    text = student_markdown(
        student_view(grades.a_grade(grades.failed("server.echoes-text"), notes=(grades.a_note(),)), RUBRIC)
    )
    assert text.startswith("# TCP echo server and client: 40 of 46\n\n**Start here: Your server sent back")
    assert "`echo-server.py:12`:\n\n```text\nconn.sendall(data.upper())\n```" in text
    assert "**Next step:** Hand to `sendall` exactly what `recv` returned." in text
    assert text.endswith("people decide.\n")


def test_markdown_quotes_words_on_one_line() -> None:
    """Where the student began a new line there is a blank between the quotes."""
    earned = grades.a_criterion_score(evidence="the server is listening")
    score = grades.a_question_score(answer="If the\n  server is\nlistening.", criteria=(earned,))
    made = student_markdown(view(questions=(score,)))
    assert "Words that earned points: “the server is listening”" in made


def test_the_terminal_shows_reason_line_and_next_step() -> None:
    """Every check has its line; a failed one the place in the student's file and what to do."""
    text = terminal(grades.a_grade(grades.failed("server.echoes-text"), grades.skipped("server.ends")))
    assert "✓ Listens on 127.0.0.1, port 65432" in text
    assert "✗ Sends back the text it received" in text
    assert "    echo-server.py:12 | conn.sendall(data.upper())\n" in text
    assert "    → Hand to `sendall` exactly what `recv` returned.\n" in text
    assert "Programs 21 of 31\n" in text


def test_the_terminal_never_tells_points_of_answers() -> None:
    """Answers only look complete, or an idea seems missing."""
    complete = terminal(grades.a_grade())
    assert "✓ Question 1: looks complete" in complete
    score = grades.a_question_score(points=Decimal(10), criteria=(grades.a_criterion_score("port", met=False),))
    missing = terminal(grades.a_grade(questions=(score,)))
    assert "– Question 1: an idea seems missing: what the port is for" in missing
    blank = terminal(grades.a_grade(questions=(grades.a_question_score(points=Decimal(0), answer=" "),)))
    assert "– Question 1: no answer yet" in blank
    for text in (complete, missing, blank):
        assert "Programs 31 of 31" in text
        assert "15" not in text


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_lines_fit_the_terminal(width: int) -> None:
    """No line is wider than the terminal (or than 40 columns on a very narrow one)."""
    long = "A very long sentence about what happened. " * 8
    text = terminal(grades.a_grade(grades.failed("server.ends", reason=long, source="x" * 300)), width=width)
    assert max(map(len, text.splitlines())) <= max(40, min(width, 100))


def test_colour_is_only_where_it_is_asked_for() -> None:
    """A file or a pipe gets plain text."""
    grade = grades.a_grade(grades.failed("server.ends"))
    assert "\x1b" not in terminal(grade)
    assert "\x1b[31m✗\x1b[0m" in terminal(grade, colour=True)


def test_the_summary_counts_and_names_who_needs_a_person() -> None:
    """Counts by status, the spread, the most failed check, and each person's reason."""
    class_ = [
        grades.a_grade(submission="ada"),
        grades.a_grade(grades.failed("client.sends"), submission="bob"),
        grades.a_grade(submission="cy", status=Status.NEEDS_REVIEW, review_reasons=("looks copied",)),
        grades.a_grade(grades.harness_error("server.ends"), submission="di"),
    ]
    text = render_summary_table(summarize(RUBRIC, class_))
    for part in (
        "4 submissions",
        "     2  graded",
        "median 46.0",
        "1 of 4  Sends exactly",
        "     1  needs a person",
        "     1  fault on our side",
        "Needs a person: 1\n  cy: looks copied\n",
        "Fault on our side: 1\n  di: server.ends: STAFF: bwrap exited with 1\n",
    ):
        assert part in text


def test_without_every_check_there_is_no_total() -> None:
    """Points of a part would read as a mark: neither page has a total, and the fault is told once for all checks."""
    some = [grades.harness_error(name) for name in ("server.ends", "client.connects", "client.sends")]
    told = student_view(grades.a_grade(*some), RUBRIC)
    text, page = student_markdown(told), student_html(told)
    assert text.startswith("# TCP echo server and client: not graded yet\n")
    assert "Programs not graded yet" in text
    assert "<title>TCP echo server and client: not graded yet</title>" in page
    for each in (text, page):
        assert " of 46" not in each
        assert " of 31" not in each
        assert each.count("through no fault of yours") == 1
        assert "This and 2 other checks marked ? could not be made" in each


def test_the_terminal_counts_what_could_not_be_made() -> None:
    """No zero stands where nothing was tried."""
    text = terminal(grades.a_grade(grades.harness_error("server.ends")))
    assert "?/4" in text
    assert "Programs 27 of 31; 1 check could not be made, run it again\n" in text


@pytest.mark.parametrize("note", noted.NOTED, ids=lambda note: note.message[:30])
def test_grade_check_speaks_to_somebody_who_has_not_handed_in_yet(note: Note) -> None:
    """No teacher looks, and there is no next time: it can be mended now."""
    text = " ".join(terminal(grades.a_grade(notes=(note,))).split())
    assert [said for said in ("Next time", "your teacher", "hand it in again", "  ") if said in text] == []
    assert "Next time" not in note.message or "Hand in" in text or "Hand them in" in text or "Before you hand" in text


def test_quartiles_are_those_of_a_spreadsheet() -> None:
    """Quartiles by QUARTILE.INC; one total is all of them; no totals have none."""
    found = spread([10.0, 20.0, 30.0, 40.0])
    assert found is not None
    assert (found.lower, found.median, found.upper, found.mean) == (17.5, 25.0, 32.5, 25.0)
    alone = spread([7.0])
    assert alone is not None
    assert (alone.lower, alone.highest) == (7.0, 7.0)
    assert spread([]) is None


def test_an_empty_class_has_a_summary() -> None:
    """Nothing graded is no error."""
    assert render_summary_table(summarize(RUBRIC, [])).startswith("0 submissions")


def test_a_picture_beside_the_answers_troubles_nobody() -> None:
    """What may hold answers is told only to whoever has none in the file that was read."""
    note = messages.answers_unused("answers.md", ["screen.png"])
    answered, empty = (grades.a_question_score(answer=answer) for answer in ("It binds.", " "))
    assert view(questions=(answered,), notes=(note,)).notes == ()
    assert view(questions=(empty,), notes=(note,)).notes == (note.message,)
