"""Points: exact sums, nothing for what did not pass, and a person where one is needed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from cases import SEED, a_check, a_rubric

from grader import __version__
from grader.model import Grade, Note, Observation, Options, QuestionScore, Rubric, Status, Submission, Verdict, number
from grader.score import score


def a_submission(*notes: Note) -> Submission:
    return Submission(id="ada", digest=SEED, files=(), programs={}, answers=None, notes=notes)


def worth(*points: str, penalty: str = "0") -> Rubric:
    """A rubric whose checks are worth these points."""
    checks = (a_check(f"server.{at}", points=Decimal(one)) for at, one in enumerate(points))
    return a_rubric(*checks, options=Options(misnamed_penalty=Decimal(penalty)))


def an_answer(
    points: str = "5", *, most: str = "5", review: tuple[str, ...] | None = None, name: str = "q1"
) -> QuestionScore:
    return QuestionScore(
        id=name,
        title="Question",
        answer="It is.",
        points=Decimal(points),
        max=Decimal(most),
        needs_review=review is not None,
        criteria=(),
        review_reasons=review or (),
    )


def graded(
    rubric: Rubric, *came_out: Verdict, notes: tuple[Note, ...] = (), answers: tuple[QuestionScore, ...] = ()
) -> Grade:
    """The grade when the checks came out like this; those not named passed."""
    observations = {check.id: Observation(check=check.id, verdict=Verdict.PASSED) for check in rubric.checks}
    for check, verdict in zip(rubric.checks, came_out, strict=False):
        observations[check.id] = Observation(check=check.id, verdict=verdict, reason=f"because of {check.id}")
    return score(a_submission(*notes), rubric, observations, answers)


MISNAMED = Note(code="misnamed", message="Found as Server.py.", role="server")


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.SKIPPED, Verdict.HARNESS_ERROR])
def test_only_what_passed_earns_points(verdict: Verdict) -> None:
    """All of a check's points or none."""
    grade = graded(worth("2", "3"), Verdict.PASSED, verdict)
    assert [check.points for check in grade.checks] == [Decimal(2), Decimal(0)]
    assert [check.max for check in grade.checks] == [Decimal(2), Decimal(3)]
    assert (grade.points, grade.max) == (Decimal(2), Decimal(5))


def test_halves_add_up_exactly() -> None:
    """Ten tenths are one, not 0.9999999999999999."""
    assert graded(worth(*["0.1"] * 10)).points == 1
    assert graded(worth("2.5", "0.25", "0.25"), Verdict.FAILED).points == Decimal("0.50")


def test_questions_count_beside_checks() -> None:
    """Each with its own points."""
    grade = graded(worth("2"), answers=(an_answer("3.5"), an_answer("0", name="q2")))
    assert grade.points == Decimal("5.5")
    assert [question.id for question in grade.questions] == ["q1", "q2"]


def test_a_misnamed_program_costs_what_the_rubric_says() -> None:
    """Nothing, unless an instructor wants it to; then for each such program."""
    assert graded(worth("10"), notes=(MISNAMED, MISNAMED)).points == 10
    once = graded(worth("10", penalty="1.5"), notes=(MISNAMED,))
    twice = graded(worth("10", penalty="1.5"), notes=(MISNAMED, Note(code="missing", message="no"), MISNAMED))
    assert (once.points, once.penalty) == (Decimal("8.5"), Decimal("1.5"))
    assert (twice.points, twice.penalty) == (Decimal("7.0"), Decimal("3.0"))


def test_a_penalty_takes_no_more_than_was_earned() -> None:
    """Nobody ends below zero, and what is shown as taken off adds up."""
    grade = graded(worth("1", "4", penalty="3"), Verdict.PASSED, Verdict.FAILED, notes=(MISNAMED,))
    assert (grade.points, grade.penalty) == (Decimal(0), Decimal(1))


# --- what the grade still needs ---------------------------------------------------------------------------------------


def test_a_grade_without_open_questions_is_graded() -> None:
    """Failing is no reason for a person to look."""
    grade = graded(worth("1", "1"), Verdict.FAILED, Verdict.SKIPPED, notes=(MISNAMED,), answers=(an_answer(),))
    assert (grade.status, grade.review_reasons) == (Status.GRADED, ())


def test_a_fault_of_ours_shows_in_the_status_above_all_else() -> None:
    """And says which check it was."""
    grade = graded(worth("1", "1"), Verdict.HARNESS_ERROR, answers=(an_answer(review=("unsure",)),))
    assert grade.status is Status.HARNESS_ERROR
    assert grade.review_reasons == ("server.0: because of server.0", "q1: unsure")


def test_staff_are_told_what_failed_on_our_side() -> None:
    """Not the sentence that comforts the student."""
    rubric = worth("1", "1")
    observations = {
        check.id: Observation(check=check.id, verdict=Verdict.HARNESS_ERROR, reason="Not your fault.", staff_note=note)
        for check, note in zip(rubric.checks, ("bwrap: died", ""), strict=True)
    }
    grade = score(a_submission(), rubric, observations, ())
    assert grade.review_reasons == ("server.0: bwrap: died", "server.1: Not your fault.")


def test_a_fault_that_many_checks_share_is_told_once_with_their_number() -> None:
    """A box that cannot be made breaks every check alike, and is one thing to read."""
    rubric = worth("1", "1", "1")
    notes = ("bwrap: died", "bwrap: died", "a bug")
    observations = {
        check.id: Observation(check=check.id, verdict=Verdict.HARNESS_ERROR, staff_note=note)
        for check, note in zip(rubric.checks, notes, strict=True)
    }
    assert score(a_submission(), rubric, observations, ()).review_reasons == (
        "2 checks: bwrap: died",
        "server.2: a bug",
    )


def test_a_note_may_ask_for_a_person() -> None:
    """An ambiguous file, say; a note that does not ask is only a note."""
    note = Note(code="ambiguous", message="Two servers.", needs_person=True)
    grade = graded(worth("1"), notes=(MISNAMED, note))
    assert (grade.status, grade.review_reasons, grade.notes) == (
        Status.NEEDS_REVIEW,
        ("Two servers.",),
        (MISNAMED, note),
    )


def test_an_answer_may_ask_for_a_person() -> None:
    """With its reasons, or with a plain request where it has none."""
    grade = graded(worth("1"), answers=(an_answer(review=("a", "b")), an_answer(review=(), name="q2")))
    assert grade.status is Status.NEEDS_REVIEW
    assert grade.review_reasons == ("q1: a", "q1: b", "q2: please mark by hand")


def test_a_program_that_may_work_elsewhere_is_for_a_person() -> None:
    """It failed for what only the grader's machine lacks; told once, however many checks it costs."""
    rubric = worth("1", "1")
    failed = {
        check.id: Observation(check=check.id, verdict=Verdict.FAILED, reason="It opens a window.", elsewhere=True)
        for check in rubric.checks
    }
    grade = score(a_submission(), rubric, failed, ())
    assert (grade.status, grade.points) == (Status.NEEDS_REVIEW, 0)
    assert grade.review_reasons == ("Perhaps right on the student's own computer: It opens a window.",)


def test_the_same_reason_is_told_once() -> None:
    """In the order in which one would look."""
    note = Note(code="ambiguous", message="Two servers.", needs_person=True)
    assert graded(worth("1"), notes=(note, note)).review_reasons == ("Two servers.",)


# --- what explains it later -------------------------------------------------------------------------------------------


def test_a_grade_names_what_it_was_made_of() -> None:
    """The work, the rubric and the grader's version."""
    rubric = worth("1")
    grade = graded(rubric)
    assert (grade.submission, grade.submission_digest, grade.rubric, grade.grader) == (
        "ada",
        SEED,
        rubric.digest,
        __version__,
    )
    assert grade.checks[0].title == rubric.checks[0].title
    assert grade.checks[0].observation.check == "server.0"


@pytest.mark.parametrize(
    ("points", "shown"), [("10", "10"), ("10.0", "10"), ("2.50", "2.5"), ("0", "0"), ("1E+1", "10")]
)
def test_points_are_written_without_needless_zeros(points: str, shown: str) -> None:
    """10 never reads 10.0."""
    assert repr(number(Decimal(points))) == shown


@pytest.mark.parametrize("role", ["server", None])
def test_a_person_looks_at_what_was_not_used_where_what_was_used_earned_nothing(role: str | None) -> None:
    """The starter as it was, and the work in a folder or an archive beside it."""
    unused = Note(code="unused", message="`a.py` was used; `b.py` was not.", role=role)
    nothing = graded(worth("2", "3"), Verdict.FAILED, Verdict.SKIPPED, notes=(unused,))
    assert (nothing.status, nothing.review_reasons) == (Status.NEEDS_REVIEW, (unused.message,))
    assert graded(worth("2", "3"), Verdict.PASSED, Verdict.FAILED, notes=(unused,)).status is Status.GRADED


def test_a_person_looks_at_other_answers_where_none_was_found_in_the_file() -> None:
    """An answer that earns nothing is an answer."""
    unused = Note(code="unused", message="`answers.md` was read; `Report.pdf` was not.", role="answers")
    empty = replace(an_answer("0"), answer=" ")
    assert graded(worth("2"), notes=(unused,), answers=(empty, empty)).review_reasons == (unused.message,)
    assert graded(worth("2"), notes=(unused,), answers=(empty, an_answer("0"))).status is Status.GRADED
