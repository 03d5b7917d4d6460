"""Reports on disk: each where it belongs, whole, unchanged when nothing changed, and never through a link."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import grades
import pytest

from grader.errors import StoreError
from grader.model import Grade, Note, Status
from grader.report.write import SCORES_NAME, Written, write_file, write_reports

RUBRIC = grades.a_rubric()
CLASS = [
    grades.a_grade(submission="ada"),
    grades.a_grade(grades.failed("server.listens"), grades.skipped("server.ends"), submission="Bob Ross"),
    grades.a_grade(submission="cy", status=Status.NEEDS_REVIEW, review_reasons=("looks copied",)),
]


def write(folder: Path, class_: list[Grade] = CLASS) -> Written:
    return write_reports(folder, RUBRIC, iter(class_), grader="0.1.0")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_report_has_its_place(tmp_path: Path) -> None:
    """One folder for each student, another for the staff, and the files of the whole class on top."""
    written = write(tmp_path / "results")
    files = set(contents(tmp_path / "results")) - {SCORES_NAME}
    bob = next(path.name for path in (tmp_path / "results" / "students").iterdir() if path.name.startswith("Bob_Ross-"))
    names = ["ada", bob, "cy"]
    assert files == {
        "results.json",
        "scores.csv",
        "overview.html",
        *(f"staff/{name}.html" for name in names),
        *(f"students/{name}/feedback.{kind}" for name in names for kind in ("html", "md")),
    }
    assert written.changed == len(files)
    assert written.summary.statuses == {"graded": 2, "needs-review": 1, "harness-error": 0}


def test_the_same_grades_give_the_same_bytes_and_no_writing(tmp_path: Path) -> None:
    """A second run changes no file, not even its date."""
    write(tmp_path / "one")
    write(tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "one").rglob("*") if path.is_file()}
    assert write(tmp_path / "one").changed == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    """One better mark: that student's three pages and the three files of the class."""
    write(tmp_path)
    assert write(tmp_path, [CLASS[0], grades.a_grade(submission="Bob Ross"), CLASS[2]]).changed == 6


def test_a_table_that_somebody_edited_is_kept(tmp_path: Path) -> None:
    """A mark that was changed by hand can be made by nothing again. Each such table is kept, and told once."""
    table, better = tmp_path / "scores.csv", [grades.a_grade(submission="Bob Ross")]
    assert write(tmp_path).edited is None
    made = table.read_bytes()
    for number, name in enumerate(("scores.edited.csv", "scores.edited-2.csv")):
        table.write_bytes(b"my marks %d" % number)
        written = write(tmp_path, better if number else CLASS)
        assert written.edited == tmp_path / name
        assert written.edited.read_bytes() == b"my marks %d" % number
    assert table.read_bytes() != made
    assert write(tmp_path).edited is None
    assert table.read_bytes() == made
    table.unlink()
    assert write(tmp_path).edited is None


def test_a_table_of_which_nothing_is_known_is_no_edit(tmp_path: Path) -> None:
    """Its list of digests is gone, or a run was killed between the list and the table: the list holds both then."""
    write(tmp_path)
    made = (tmp_path / "scores.csv").read_bytes()
    (tmp_path / SCORES_NAME).unlink()
    assert write(tmp_path, CLASS[:1]).edited is None
    with (tmp_path / SCORES_NAME).open("a") as seal:
        seal.write(f"{sha256(made).hexdigest()}\n")
    (tmp_path / "scores.csv").write_bytes(made)
    assert write(tmp_path, CLASS[:2]).edited is None
    assert [path.name for path in tmp_path.glob("scores*")] == ["scores.csv"]


def test_json_and_csv_agree(tmp_path: Path) -> None:
    """Both list the same students with the same totals, in the order in which the grades came."""
    write(tmp_path)
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert (document["format"], document["rubric"], document["grader"]) == (1, grades.RUBRIC_DIGEST, "0.1.0")
    rows = list(csv.DictReader((tmp_path / "scores.csv").open(encoding="utf-8", newline="")))
    assert [(entry["id"], str(entry["points"])) for entry in document["submissions"]] == [
        (row["id"], row["total"]) for row in rows
    ]
    assert [row["id"] for row in rows] == ["ada", "Bob Ross", "cy"]


def test_what_a_fault_of_ours_left_out_has_no_points_in_the_table(tmp_path: Path) -> None:
    """A gradebook that reads the table gets no zero for it; what was judged stands, and results.json has the number."""
    write(tmp_path, [grades.a_grade(grades.harness_error("server.ends")), CLASS[2]])
    broken, looked_at = csv.DictReader((tmp_path / "scores.csv").open(encoding="utf-8", newline=""))
    assert (broken["status"], broken["total"], broken["max"], broken["server.ends"]) == ("harness-error", "", "46", "")
    assert (broken["server.listens"], broken["q1"], looked_at["total"]) == ("6", "15", "46")
    first, _ = json.loads((tmp_path / "results.json").read_text("utf-8"))["submissions"]
    assert (first["status"], first["points"]) == ("harness-error", 42)
    assert "<td>fault on our side<td>?<td>" in (tmp_path / "overview.html").read_text("utf-8")


def test_what_could_not_be_opened_has_no_points_in_the_table(tmp_path: Path) -> None:
    """No zero in any column; the reason is in results.json, on the overview and the staff's page, for no student."""
    why = "The archive `a.zip` is damaged. Ask for it to be handed in again."
    note = Note(code="unopened", message=why, needs_person=True)
    skipped = [grades.skipped(name) for name, *_ in grades.CHECKS]
    zero = (grades.a_question_score(points=Decimal(0)),)
    unopened = grades.a_grade(*skipped, notes=(note,), status=Status.NEEDS_REVIEW, questions=zero)
    write(tmp_path, [unopened, grades.a_grade(submission="bob")])
    row, good = csv.DictReader((tmp_path / "scores.csv").open(encoding="utf-8", newline=""))
    assert {name: value for name, value in row.items() if value} == {"id": "ada", "status": "needs-review", "max": "46"}
    assert good["total"] == "46"
    first, second = json.loads((tmp_path / "results.json").read_text("utf-8"))["submissions"]
    assert (first["has_total"], second["has_total"]) == (False, True)
    assert first["review_reasons"] == [why]
    holding = {name for name, data in contents(tmp_path).items() if b"is damaged" in data}
    assert holding == {"overview.html", "results.json", "staff/ada.html"}
    page = (tmp_path / "overview.html").read_text("utf-8")
    assert '<tr class="needs-review"><th scope="row"><a href="staff/ada.html">ada</a><td>needs a person<td><td>' in page
    assert "A row without marks" in page


def test_pages_of_submissions_of_another_run_are_counted_and_kept(tmp_path: Path) -> None:
    """Whoever hands back the folder is told; nothing of it is lost."""
    first = write(tmp_path)
    assert (first.other_students, first.other_staff) == (0, 0)
    before = contents(tmp_path)
    other = write(tmp_path, [grades.a_grade(submission="dee"), CLASS[0]])
    assert (other.other_students, other.other_staff) == (2, 2)
    assert {name for name in before if "/" in name} <= set(contents(tmp_path))


def test_the_overview_lists_faults_of_ours_by_themselves(tmp_path: Path) -> None:
    """They need the same command again, and not a person."""
    note = "Traceback (most recent call last):\n  File x, line 1\nOSError: no more files\n"
    write(tmp_path, [CLASS[2], grades.a_grade(grades.harness_error("server.ends", staff_note=note), submission="dee")])
    people, _, rest = (tmp_path / "overview.html").read_text("utf-8").partition("because of a fault on our side</h2>")
    faults = rest.partition("All submissions")[0]
    assert "looks copied" in people
    assert "no more files" not in people
    assert '<a href="staff/dee.html">dee</a>' in faults
    assert "<li>server.ends: OSError: no more files</li>" in faults


SHOWN = {"people": "needs-review", "faults": "harness-error"}


def test_each_choice_above_the_table_shows_its_own_rows(tmp_path: Path) -> None:
    """Whoever looks for those who need a person is shown no fault of ours, which has no marks that could be less."""
    fault = grades.a_grade(grades.harness_error("server.ends"), submission="dee")
    write(tmp_path, [*CLASS, fault])
    page = (tmp_path / "overview.html").read_text("utf-8")
    assert all(f'id="{choice}"' in page for choice in SHOWN)
    for choice, shown in SHOWN.items():
        hidden = ", ".join(f".{status}" for status in Status if status != shown)
        assert f"body:has(#{choice}:checked) tr:is({hidden})" in page
    assert '<tr class="graded full"><th scope="row"><a href="staff/ada.html">' in page
    assert '<tr class="harness-error"><th scope="row"><a href="staff/dee.html">' in page
    write(tmp_path)
    assert 'id="faults"' not in (tmp_path / "overview.html").read_text("utf-8")


def test_an_empty_class_gives_valid_files(tmp_path: Path) -> None:
    """Nothing graded is no error."""
    write(tmp_path, [])
    assert json.loads((tmp_path / "results.json").read_text("utf-8"))["submissions"] == []
    assert "Nothing has been graded yet" in (tmp_path / "overview.html").read_text("utf-8")


def test_the_overview_says_who_needs_a_person_and_why(tmp_path: Path) -> None:
    """The reason stands on the staff's page and on no student's."""
    write(tmp_path)
    holding = {name for name, data in contents(tmp_path).items() if b"looks copied" in data}
    assert holding == {"overview.html", "results.json", "staff/cy.html"}


def test_names_that_differ_only_in_case_get_two_folders(tmp_path: Path) -> None:
    """On a disk that ignores case, two students never share a page."""
    write(tmp_path, [grades.a_grade(submission="ada"), grades.a_grade(submission="ADA")])
    assert len({path.name.casefold() for path in (tmp_path / "students").iterdir()}) == 2


def test_a_link_in_the_place_of_a_report_is_replaced(tmp_path: Path) -> None:
    """What a planted link points at stays as it is."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    results = tmp_path / "results"
    (results / "students" / "ada").mkdir(parents=True)
    for planted in ("scores.csv", ".scores.csv.new", "students/ada/feedback.html", "students/ada/.feedback.md.new"):
        (results / planted).symlink_to(precious)
    os.mkfifo(results / "overview.html")
    write(results)
    assert precious.read_text() == "precious"
    assert not any(path.is_symlink() for path in results.rglob("*"))


@pytest.mark.parametrize("planted", ["students", "staff", "students/ada"])
def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path: Path, planted: str) -> None:
    """Reports are not written into a folder that somebody else chose."""
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "results" / planted
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=r"should be a folder.*Remove it"):
        write(tmp_path / "results")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_users_own_link_to_a_results_folder_is_followed(tmp_path: Path) -> None:
    """`-o` may name a link: the user chose it."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "results").symlink_to(tmp_path / "disk")
    write(tmp_path / "results")
    assert (tmp_path / "disk" / "scores.csv").is_file()


def test_an_interrupted_run_leaves_the_finished_reports(tmp_path: Path) -> None:
    """Files of the whole class change all at the end, or not at all; nothing half-made stays behind."""
    write(tmp_path)
    before = {name: data for name, data in contents(tmp_path).items() if "/" not in name}

    def stopped() -> Iterator[Grade]:
        yield grades.a_grade(grades.failed("client.sends"), submission="ada")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_reports(tmp_path, RUBRIC, stopped(), grader="0.1.0")
    assert {name: data for name, data in contents(tmp_path).items() if "/" not in name} == before


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The message says which file, why, and what to do."""
    (tmp_path / "scores.csv").mkdir()
    with pytest.raises(StoreError, match=r"scores\.csv.*the reports cannot be written.*run the same command again"):
        write(tmp_path)


def test_write_file_says_whether_it_changed_anything(tmp_path: Path) -> None:
    """New, same, different."""
    assert [write_file(tmp_path / "f", text) for text in ("a", "a", "b")] == [True, False, True]
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_every_field_of_results_json_is_documented(tmp_path: Path) -> None:
    """docs/results.md names each field, so that nobody has to guess one."""
    documented = (Path(__file__).parents[2] / "docs" / "results.md").read_text("utf-8")
    write(tmp_path, [grades.a_grade(notes=(grades.a_note(),))])

    def names(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(names, value.values()))
        return set().union(*map(names, value)) if isinstance(value, list) else set()

    found = names(json.loads((tmp_path / "results.json").read_text("utf-8")))
    assert {name for name in found if f"| `{name}`" not in documented} == set()
