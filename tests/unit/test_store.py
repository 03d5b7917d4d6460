"""The results on disk: what is there after saving, and what still holds after an edit of the rubric."""

from __future__ import annotations

import asyncio
import sqlite3
from decimal import Decimal
from pathlib import Path

import grades
import pytest

from grader import __version__
from grader.model import Grade, Stages, Status, Submission
from grader.pipeline import answered
from grader.store import Store
from grader.store.database import FILE_NAME, natural_key, stored_name

PLAN = "p" * 64


def key(grade: Grade) -> tuple[str, str, str, str]:
    return grade.submission, grade.submission_digest, grade.rubric, grade.grader


def a_harness_error(**changes: object) -> Grade:
    return grades.a_grade(grades.harness_error("server.listens"), **changes)


def ids(store: Store) -> list[str]:
    return [grade.submission for grade in store.latest_grades()]


# --- what came out otherwise ------------------------------------------------------------------------------------------


def test_a_run_knows_which_marks_of_the_same_work_it_changed(tmp_path: Path) -> None:
    """Not what was handed in anew or again, nor what comes out as before; a fault on our side is no mark."""
    before = [grades.a_grade(submission=name) for name in ("moved", "same", "again", "looked at", "broken")]
    with Store.open(tmp_path) as store:
        for grade in before:
            store.save(grade, {}, PLAN)
        store.save(a_harness_error(submission="moved"), {}, PLAN)
        assert store.remade() == []
    after = {"rubric": "c" * 64}
    with Store.open(tmp_path) as store:
        store.save(grades.a_grade(submission="moved", points=Decimal(3), **after), {}, PLAN)
        store.save(grades.a_grade(submission="same", **after), {}, PLAN)
        store.save(grades.a_grade(submission="again", submission_digest="d" * 64, points=Decimal(3), **after), {}, PLAN)
        store.save(grades.a_grade(submission="looked at", status=Status.NEEDS_REVIEW, **after), {}, PLAN)
        store.save(a_harness_error(submission="broken", **after), {}, PLAN)
        store.save(grades.a_grade(submission="new", points=Decimal(3), **after), {}, PLAN)
        points = before[0].points
        assert [(one.submission, one.before, one.after, one.status_after) for one in store.remade()] == [
            ("moved", points, Decimal(3), Status.GRADED),
            ("looked at", points, points, Status.NEEDS_REVIEW),
        ]
    with Store.open(tmp_path) as store:
        store.save(before[0], {}, PLAN)  # the earlier rubric again: it is in force again
        assert [(one.before, one.after) for one in store.remade()] == [(Decimal(3), points)]


# --- what is there afterwards ---------------------------------------------------------------------------------------


def test_a_saved_grade_is_there_in_the_next_run(tmp_path: Path) -> None:
    """What one run saved, the next one reads."""
    grade, records = grades.a_grade(), {"server": grades.a_record()}
    with Store.open(tmp_path / "new" / "results") as store:
        store.save(grade, records, PLAN)
    with Store.open(tmp_path / "new" / "results") as store:
        assert store.stored_grade(*key(grade)) == (grade, True)
        assert store.stored_records(grade.submission_digest, PLAN) == records
        assert list(store.latest_grades()) == [grade]


def test_nothing_is_stored_for_other_content_rubric_grader_or_plan(tmp_path: Path) -> None:
    """Work counts as done only for exactly the same question."""
    grade = grades.a_grade()
    with Store.open(tmp_path) as store:
        store.save(grade, {"server": grades.a_record()}, PLAN)
        for place in range(4):
            changed = [part if index != place else "other" for index, part in enumerate(key(grade))]
            assert store.stored_grade(*changed) is None
        assert store.stored_records("other", PLAN) is None
        assert store.stored_records(grade.submission_digest, "other") is None


def test_the_latest_grade_wins_and_the_older_one_stays(tmp_path: Path) -> None:
    """A second grading is what the reports show; the first can still be read."""
    with Store.open(tmp_path) as store:
        store.save(grades.a_grade(), {}, PLAN)
        store.save(grades.a_grade(points=Decimal(3)), {}, PLAN)
        assert [grade.points for grade in store.latest_grades()] == [Decimal(3)]
    rows = sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT count(*) FROM grades").fetchone()
    assert rows == (2,)


def test_a_harness_error_never_hides_a_good_grade(tmp_path: Path) -> None:
    """A fault on our side leaves the mark of the same work as it was."""
    good = grades.a_grade()
    with Store.open(tmp_path) as store:
        store.save(good, {}, PLAN)
        store.save(a_harness_error(), {}, PLAN)
        assert list(store.latest_grades()) == [good]
        assert store.stored_grade(*key(good)) == (good, False)


@pytest.mark.parametrize("changed", [{"submission_digest": "c" * 64}, {"rubric": "c" * 64}])
def test_a_harness_error_of_changed_work_is_shown(tmp_path: Path, changed: dict[str, object]) -> None:
    """A good grade of other content, or under another rubric, is no answer to what was handed in now."""
    with Store.open(tmp_path) as store:
        store.save(grades.a_grade(), {}, PLAN)
        store.save(a_harness_error(**changed), {}, PLAN)
        assert [grade.status for grade in store.latest_grades()] == [Status.HARNESS_ERROR]


def test_a_harness_error_is_no_finished_work(tmp_path: Path) -> None:
    """The next run tries again what failed on our side: neither grade nor records count as done."""
    broken = a_harness_error()
    with Store.open(tmp_path) as store:
        store.save(broken, {"server": grades.a_record(harness_error="the box did not start")}, PLAN)
        assert store.stored_grade(*key(broken)) is None
        assert store.stored_records(broken.submission_digest, PLAN) is None
        assert list(store.latest_grades()) == [broken]


def test_records_from_the_store_are_not_written_again(tmp_path: Path) -> None:
    """Re-scoring adds grades only."""
    with Store.open(tmp_path) as store:
        store.save(grades.a_grade(), {"server": grades.a_record()}, PLAN)
        records = store.stored_records("a" * 64, PLAN)
        assert records is not None
        store.save(grades.a_grade(rubric="c" * 64), records, PLAN)
    rows = sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT count(*) FROM records").fetchone()
    assert rows == (1,)


def test_grades_come_in_natural_order(tmp_path: Path) -> None:
    """s2 comes before s10, in whatever order they were finished."""
    with Store.open(tmp_path) as store:
        for name in ("s10", "S2", "s1", "s02", "t", "s2"):
            store.save(grades.a_grade(submission=name), {}, PLAN)
        assert ids(store) == ["s1", "S2", "s02", "s2", "s10", "t"]
        assert [grade.submission for grade in store.latest_grades(only={"t", "s1"})] == ["s1", "t"]


def test_an_odd_id_is_kept_as_it_is(tmp_path: Path) -> None:
    """Ids that are no valid text, or look like our escapes, stay apart from each other."""
    odd = ["\udc80", "\\udc80", "a\0b", "\u202e", "'; DROP TABLE grades; --", ""]
    with Store.open(tmp_path) as store:
        for name in odd:
            store.save(grades.a_grade(submission=name), {}, PLAN)
            assert store.stored_grade(*key(grades.a_grade(submission=name))) is not None
        assert sorted(ids(store)) == sorted(odd)


def test_stored_names_are_readable_and_distinct() -> None:
    """An ordinary id is stored as itself; numbers are compared as numbers."""
    assert stored_name("müller_12") == "müller_12"
    assert stored_name("\udc80") != stored_name("\\udc80")
    assert sorted(["a10b", "a9", "a010a"], key=natural_key) == ["a9", "a010a", "a10b"]


def test_rows_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    """The file itself refuses to rewrite history."""
    with Store.open(tmp_path) as store:
        store.save(grades.a_grade(), {"server": grades.a_record()}, PLAN)
        store.know_rubric("b" * 64, "0.1.0", Stages(observed="o", answered="a"))
    database = sqlite3.connect(tmp_path / FILE_NAME)
    for statement in (
        "UPDATE grades SET grade = ''",
        "DELETE FROM grades",
        "DELETE FROM records",
        "DELETE FROM rubrics",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(statement)


def test_people_can_ask_the_file_itself(tmp_path: Path) -> None:
    """Observations and scores can be read with sqlite3, without this program."""
    with Store.open(tmp_path) as store:
        store.save(grades.a_grade(grades.failed("client.sends")), {}, PLAN)
    database = sqlite3.connect(tmp_path / FILE_NAME)
    query = "SELECT name, \"check\", diagnosis FROM observations WHERE verdict = 'failed'"
    assert database.execute(query).fetchall() == [("ada", "client.sends", "changed-bytes")]
    assert database.execute("SELECT points FROM scores WHERE part = 'q1'").fetchall() == [("15",)]


# --- edits of a rubric ----------------------------------------------------------------------------------------------


def under(rubric: str, **changes: object) -> Grade:
    return grades.a_grade(rubric=rubric, **changes)


def test_going_back_to_an_earlier_rubric_brings_its_grades_back(tmp_path: Path) -> None:
    """A stored grade that is asked for again is in force again, although another was saved in between; once."""
    first, second = (under(digest, grader=__version__) for digest in ("a" * 64, "b" * 64))
    submission = Submission(id=first.submission, digest=first.submission_digest, files=(), programs={}, answers=None)
    with Store.open(tmp_path) as store:
        store.save(first, {}, PLAN)
        store.save(second, {}, PLAN)
        assert [grade.rubric for grade in store.latest_grades()] == [second.rubric]
        for _ in range(3):
            assert asyncio.run(answered(submission, grades.a_rubric(digest=first.rubric), store, PLAN)) == first
        assert [grade.rubric for grade in store.latest_grades()] == [first.rubric]
        assert store._database.execute("SELECT count(*) FROM grades").fetchone() == (3,)


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (Stages(observed="o", answered="a"), (True, True)),
        (Stages(observed="o", answered="other"), (True, False)),
        (Stages(observed="other", answered="a"), (False, True)),
        (Stages(observed="other", answered="other"), (False, False)),
    ],
)
def test_a_later_rubric_goes_on_from_what_still_holds(known: Stages, wanted: tuple[bool, bool], tmp_path: Path) -> None:
    """Of a grade under another rubric it is told whether its observations and its answers' scores still hold."""
    grade = grades.a_grade()
    with Store.open(tmp_path) as store:
        store.know_rubric(grade.rubric, grade.grader, Stages(observed="o", answered="a"))
        store.save(grade, {}, PLAN)
    with Store.open(tmp_path) as store:
        found = store.earlier_grade(grade.submission, grade.submission_digest, grade.grader, known)
        assert (found.observed, found.answered) == wanted
        assert found.grade == (grade if any(wanted) else None)


def test_nothing_goes_on_from_other_work_another_grader_or_a_harness_error(tmp_path: Path) -> None:
    """What was observed of other content, by another version, or not at all, says nothing here."""
    stages, grade, broken = Stages(observed="o", answered="a"), grades.a_grade(), a_harness_error(submission="bo")
    with Store.open(tmp_path) as store:
        store.know_rubric(grade.rubric, grade.grader, stages)
        store.save(grade, {}, PLAN)
        store.save(broken, {}, PLAN)
        asked = {
            "submission_id": grade.submission,
            "submission_digest": grade.submission_digest,
            "grader_version": grade.grader,
        }
        assert store.earlier_grade(**asked, stages=stages).grade == grade
        for part in asked:
            assert store.earlier_grade(**{**asked, part: "other"}, stages=stages).grade is None
        assert store.earlier_grade("bo", broken.submission_digest, broken.grader, stages).grade is None


def test_a_store_from_before_rubrics_were_remembered_gets_their_table(tmp_path: Path) -> None:
    """Its grades stay, and later ones can be gone on from."""
    grade = grades.a_grade()
    with Store.open(tmp_path) as store:
        store.save(grade, {}, PLAN)
        store.flush()
        store._database.execute("DROP TABLE rubrics")
    with Store.open(tmp_path) as store:
        assert list(store.latest_grades()) == [grade]
        store.know_rubric(grade.rubric, grade.grader, Stages(observed="o", answered="a"))
        store.save(grade, {}, PLAN)
