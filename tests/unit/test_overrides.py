"""What a person decides, over what the grader found: points, reasons, who is left to look, and how it is kept."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import grades
import pytest

from grader.cli import main
from grader.model import UNOPENED, WHOLE, Grade, Note, Override, Status, Verdict
from grader.overrides import grades_in_force, with_overrides
from grader.report.results import submission_fields
from grader.report.staff import render_staff_html
from grader.report.student import student_html
from grader.report.view import student_view
from grader.store import Store
from grader.store.database import FILE_NAME

PLAN = "p" * 64
RUBRIC = grades.a_rubric()
DOUBTFUL = grades.a_question_score(
    points=Decimal(5), needs_review=True, review_reasons=("port: perhaps",),
    criteria=(grades.a_criterion_score("assoc"), grades.a_criterion_score("port", met=False, needs_review=True)),
)  # fmt: skip


def an_override(part: str, points: str | None, **changes: object) -> Override:
    values: dict[str, object] = {
        "submission": "ada",
        "submission_digest": "a" * 64,
        "reason": "It works in the lab",
        "author": "tina",
        "at": "2026-03-01T10:00:00+00:00",
    }
    set_to = None if points is None else Decimal(points)
    return Override(part=part, points=set_to, **{**values, **changes})  # type: ignore[arg-type]


def page(grade: Grade) -> str:
    return student_html(student_view(grade, RUBRIC))


# --- what it does to a grade ------------------------------------------------------------------------------------------


def test_all_of_the_points_are_a_pass() -> None:
    """The student reads why, the staff read who, when, and what was found; nothing points at a line any more."""
    found = grades.a_grade(grades.failed("client.sends", elsewhere=True))
    assert (found.points, found.review_reasons != ()) == (38, True)
    now = with_overrides(found, [an_override("client.sends", "8")])
    seen = next(one.observation for one in now.checks if one.id == "client.sends")
    assert (now.points, now.status, now.review_reasons) == (46, Status.GRADED, ())
    assert (seen.verdict, seen.line, seen.next_step, seen.diagnosis) == (Verdict.PASSED, None, "", "by-hand")
    assert seen.reason == "Your teacher has looked at this and gives 8 of 8: It works in the lab."
    told = render_staff_html(now, RUBRIC)
    assert "Set by tina on 2026-03-01. Found by the run: failed, 0 of 8. Your server sent back" in told
    assert "tina" not in page(now)


def test_a_part_of_the_points_leaves_the_mistake_to_be_mended() -> None:
    """Both are told, at the line; and two such checks at one line are not taken for one cause."""
    found = grades.a_grade(grades.failed("client.sends"), grades.failed("server.ends"))
    now = with_overrides(found, [an_override("client.sends", "2.5"), an_override("server.ends", "1", reason="Nearly.")])
    assert now.points == found.points + Decimal("3.5")
    first, second = student_view(now, RUBRIC).causes
    assert first.first.reason.startswith(
        "Your teacher has looked at this and gives 2.5 of 8: It works in the lab. Your"
    )
    assert (first.first.line, first.first.next_step) == (12, "Hand to `sendall` exactly what `recv` returned.")
    assert "gives 1 of 4: Nearly. Your" in second.first.reason


def test_what_was_not_tried_can_earn_points_without_advice_that_says_nothing_here() -> None:
    now = with_overrides(
        grades.a_grade(grades.skipped("client.sends", reason="Not tried.", next_step="Mend that first.")),
        [an_override("client.sends", "4")],
    )
    (cause,) = student_view(now, RUBRIC).causes
    assert (cause.first.points, cause.first.next_step, "Not tried" in cause.first.reason) == (4, "", False)


def test_a_fault_of_ours_is_settled_by_points() -> None:
    """Then there is a total, and a row for the gradebook."""
    now = with_overrides(grades.a_grade(grades.harness_error("client.sends")), [an_override("client.sends", "8")])
    assert (now.status, submission_fields(now)["has_total"], now.review_reasons) == (Status.GRADED, True, ())


def test_an_answer_that_a_person_has_marked_waits_for_nobody() -> None:
    found = grades.a_grade(questions=(DOUBTFUL,), status=Status.NEEDS_REVIEW)
    now = with_overrides(found, [an_override("q1", "10", reason="Says it in other words!")])
    assert (now.points, now.status, now.review_reasons) == (found.points + 5, Status.GRADED, ())
    assert not any(each.needs_review for each in now.questions[0].criteria)
    told = page(now)
    assert "Your teacher has looked at this and gives 10 of 15: Says it in other words!" in told
    assert "will read this answer" not in told


def test_an_answer_that_only_a_person_could_read_is_told_of() -> None:
    """It was a scan: there is no text, and there are points."""
    blank = grades.a_question_score(answer="", points=Decimal(0), criteria=())
    assert "gives 12 of 15" in page(with_overrides(grades.a_grade(questions=(blank,)), [an_override("q1", "12")]))


def test_marks_that_stand_are_left_as_they_are() -> None:
    """Nobody has to look any more, at the answers either; no point changes, and no word on the student's page."""
    note = Note(code="ambiguous", message="Two files could be the server.", role="server", needs_person=True)
    found = grades.a_grade(questions=(DOUBTFUL,), notes=(note,), status=Status.NEEDS_REVIEW)
    now = with_overrides(found, [an_override(WHOLE, None, reason="")])
    assert (now.points, now.status, now.review_reasons) == (found.points, Status.GRADED, ())
    assert not now.questions[0].needs_review
    assert "Your teacher has looked" not in page(now)


@pytest.mark.parametrize("withdrawn", [True, False])
def test_the_last_decision_on_a_part_holds(withdrawn: bool) -> None:
    """A withdrawn one gives the word back to the grader."""
    found = grades.a_grade(grades.failed("client.sends"))
    again = an_override("client.sends", None, withdrawn=True) if withdrawn else an_override("client.sends", "3")
    now = with_overrides(found, [an_override("client.sends", "8"), again])
    assert now == found if withdrawn else now.points == found.points + 3


def test_a_decision_never_gives_more_than_the_rubric_has_now_nor_for_what_it_has_not() -> None:
    """Points may have been edited since, and a check may be gone."""
    found = grades.a_grade(grades.failed("client.sends"))
    now = with_overrides(found, [an_override("client.sends", "80"), an_override("gone", "5")])
    assert now.points == found.points + 8


def test_the_penalty_stays() -> None:
    found = grades.a_grade(grades.failed("client.sends"), penalty=Decimal(2))
    assert with_overrides(found, [an_override("client.sends", "8")]).points == 44


# --- how it is kept ---------------------------------------------------------------------------------------------------


def test_it_holds_for_what_was_handed_in_and_for_nothing_else(tmp_path: Path) -> None:
    """Whoever hands in again is marked anew, under a name that is no valid text as well."""
    found = grades.a_grade(grades.failed("client.sends"), submission="ad\udce4")
    with Store.open(tmp_path) as store:
        store.save(found, {}, PLAN)
        store.save_override(replace(an_override("client.sends", "8"), submission=found.submission))
    with Store.open(tmp_path) as store:
        assert [one.points for one in grades_in_force(store)] == [found.points + 8]
        assert list(store.latest_grades()) == [found]
        store.save(replace(found, submission_digest="c" * 64), {}, PLAN)
        assert [one.points for one in grades_in_force(store)] == [found.points]


def test_decisions_are_only_ever_added(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.save_override(an_override("client.sends", "8"))
    database = sqlite3.connect(tmp_path / FILE_NAME)
    for statement in ("UPDATE overrides SET points = '9'", "DELETE FROM overrides"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(statement)


def test_results_from_before_there_were_decisions_can_have_some(tmp_path: Path) -> None:
    """Their table was only reserved."""
    with Store.open(tmp_path) as store:
        store.save(grades.a_grade(), {}, PLAN)
    old = sqlite3.connect(tmp_path / FILE_NAME)
    old.executescript("DROP TABLE overrides; CREATE TABLE overrides (seq INTEGER PRIMARY KEY, name TEXT NOT NULL);")
    old.close()
    with Store.open(tmp_path) as store:
        store.save_override(an_override("client.sends", "3"))
        assert [one.points for one in grades_in_force(store)] == [41]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Results of ada, who lost a check, of bob, of whom one could not be made, and of cy, who handed in a torn file."""
    torn = Note(code=UNOPENED, message="It is torn.", needs_person=True)
    with Store.open(tmp_path) as store:
        store.save(grades.a_grade(grades.failed("client.sends")), {}, PLAN)
        store.save(grades.a_grade(grades.harness_error("client.sends"), submission="bob"), {}, PLAN)
        store.save(grades.a_grade(submission="cy", notes=(torn,)), {}, PLAN)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path, status: int = 0) -> str:
    """What `grade override` prints."""
    with pytest.raises(SystemExit) as ended:
        main(["override", *map(str, arguments)])
    assert (ended.value.code or 0) == status
    told = capsys.readouterr()
    return told.err if status else told.out


def test_a_decision_is_told_listed_and_withdrawn(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its author, with the total before and after."""
    command = ("ada", "client.sends", "2.5", "-m", "Only the comma is missing.", "--by", "tina", "-o", out)
    first, hint = said(capsys, *command).splitlines()
    assert first == "ada: client.sends has 2.5 by hand. Total 40.5 of 46, 38 before."
    assert "`grade run`" in hint
    listed = said(capsys, "-o", out)
    assert listed.startswith("ada  client.sends: 2.5  (tina, 20")
    assert listed.endswith(") Only the comma is missing.\n")
    said(capsys, "ada", "--stands", "-o", out)
    assert "ada  the marks stand  (" in said(capsys, "-o", out)
    withdrawn = said(capsys, "ada", "client.sends", "--withdraw", "-o", out)
    assert withdrawn.startswith("ada: the decision on client.sends is withdrawn. Total 38 of 46, 40.5 before.")
    assert "client.sends" not in said(capsys, "-o", out)
    said(capsys, "ada", "--withdraw", "-o", out)
    assert said(capsys, "-o", out) == f"Nothing in {out} was decided by hand.\n"


WRONG = {
    "a submission that is not there": (["adda", "q1", "3", "-m", "x"], "no submission adda. Did you mean ada?"),
    "a part that is not there": (["ada", "client.send", "3", "-m", "x"], "no check or question client.send. Did you"),
    "more than there is": (["ada", "client.sends", "8.5", "-m", "x"], "8.5: give points from 0 to 8"),
    "less than nothing": (["ada", "client.sends", "-m", "x", "--", "-1"], "-1: give points from 0 to 8"),
    "no number": (["ada", "client.sends", "all", "-m", "x"], "all: give points from 0 to 8"),
    "no finite number": (["ada", "client.sends", "nan", "-m", "x"], "nan: give points from 0 to 8"),
    "too fine": (["ada", "client.sends", "1.001", "-m", "x"], "two decimals"),
    "no reason": (["ada", "client.sends", "8"], 'Say why, for the student: `-m "..."`.'),
    "nothing said": (["ada", "client.sends"], "Give points, or --stands, or --withdraw:"),
    "too much said": (
        ["ada", "client.sends", "8", "-m", "x", "--withdraw"],
        "Give points, or --stands, or --withdraw:",
    ),
    "one part that stands": (["ada", "client.sends", "--stands"], "Give points, or --stands, or --withdraw:"),
    "nothing to withdraw": (["ada", "q1", "--withdraw"], "Nothing was decided on q1 of ada: nothing to withdraw."),
    "a fault that stands": (["bob", "--stands"], "bob has checks that could not be made"),
    "nothing to look at": (["cy", "q1", "3", "-m", "x"], "cy could not be opened"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_decided_is_refused(what: str, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what is wrong and what to do; nothing is stored."""
    arguments, told = WRONG[what]
    assert told in said(capsys, "-o", out, *arguments, status=2)
    assert said(capsys, "-o", out).startswith("Nothing in")


def test_a_folder_without_results_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "nowhere"
    assert "holds no results" in said(capsys, "ada", "--stands", "-o", folder, status=2)
    assert not folder.exists()
