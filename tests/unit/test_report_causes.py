"""What to do first: one mistake is told once, and costs what all the checks that fail of it cost."""

from __future__ import annotations

import grades
import pytest

from grader.report.student import student_html, student_markdown
from grader.report.terminal import render_check_terminal
from grader.report.view import View, student_view

RUBRIC = grades.a_rubric()


def view(*observations: object) -> View:
    return student_view(grades.a_grade(*observations), RUBRIC)  # type: ignore[arg-type]


def test_the_mistake_that_holds_back_most_comes_first() -> None:
    """6 points with 10 more waiting on them matter more than 8 points alone."""
    told = view(
        grades.failed("client.sends", reason="Your client sent `hello`.", diagnosis="near-miss"),
        grades.failed("server.listens", reason="Nothing was listening.", diagnosis="no-listen"),
        grades.skipped("server.echoes-text"),
        grades.skipped("server.ends"),
    )
    assert [check.id for check in told.failed] == ["server.listens", "client.sends"]
    assert told.headline == "Start here: Nothing was listening."
    assert told.cost == "This costs 6 points, and 10 points could not be tried because of it."


def test_a_cause_costs_what_all_its_checks_cost() -> None:
    """One line that fails two checks, and a third that waits for one of them, weigh more than a check of 8 points."""
    told = view(
        grades.failed("server.listens"),
        grades.failed("server.echoes-text", reason="The same line, in other words."),
        grades.skipped("server.ends"),
        grades.failed("client.sends", reason="Your client sent `hello`.", file="echo-client.py"),
    )
    assert [[check.id for check in cause.checks] for cause in told.causes] == [
        ["server.listens", "server.echoes-text"],
        ["client.sends"],
    ]
    assert told.cost == "This costs 12 points in 2 checks, and 4 points could not be tried because of it."
    assert told.causes[1].cost == "This costs 8 points."


@pytest.mark.parametrize("other", [{"line": 13}, {"file": "lib.py"}, {"diagnosis": "shouts"}], ids=str)
def test_another_line_file_or_finding_is_another_cause(other: dict[str, object]) -> None:
    """Only what is found at the same place is one mistake."""
    told = view(grades.failed("server.echoes-text"), grades.failed("server.ends", **other))
    assert len(told.causes) == 2


def test_without_a_line_only_the_same_sentence_is_the_same_cause() -> None:
    """A server and a client that are missing are two things to do."""
    one, same, other = (
        grades.failed(check, reason=reason, file=None, line=None, source=None)
        for check, reason in (
            ("server.listens", "There is no server."),
            ("server.echoes-text", "There is no server."),
            ("client.connects", "There is no client."),
        )
    )
    assert [len(cause.checks) for cause in view(one, same, other).causes] == [2, 1]
    unnamed = [grades.failed(check, diagnosis="") for check in ("server.listens", "server.ends")]
    assert len(view(*unnamed).causes) == 2


def test_a_cause_is_told_once() -> None:
    """Page, Markdown and terminal tell it with its first check, and name the others."""
    checks = ("server.echoes-text", "server.ends", "client.sends")
    grade = grades.a_grade(*map(grades.failed, checks))
    told = student_view(grade, RUBRIC)
    page, text = student_html(told), student_markdown(told)
    assert page.count("<b>Next step:</b>") == text.count("**Next step:**") == 1
    assert page.index("The same cause fails this too:") < page.index("Ends without an error")
    assert "The same cause fails this too:\n\n- ✗ Ends without an error after the client has closed (0 of 4" in text
    shown = render_check_terminal(told)
    assert shown.count("→") == 1
    assert shown.count("    The same cause as “Sends back the text it received”.\n") == 2
