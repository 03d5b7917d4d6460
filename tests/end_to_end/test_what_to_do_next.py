"""What `grade run` says below its summary, as people see it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from batches import ROOT, copy_of, grade, results

from grader import pipeline
from grader.batch import run_batch
from grader.model import Grade, Rubric, RunRecord, Submission
from grader.rubric_file import load

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

FAULT = "a bug of the grader"


def test_after_a_fault_on_our_side_the_same_command_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for the student it hit and no total in the table; run again, only that one is done, and it is graded."""
    folder = copy_of(tmp_path / "class", ["amara-okafor", "tariq-aziz"])
    out, rubric = tmp_path / "out", load(ROOT / "rubric.yaml")
    assess, assessed = pipeline.assess, list[str]()

    def with_a_bug(submission: Submission, rubric: Rubric, records: Mapping[str, RunRecord]) -> Grade:
        assessed.append(submission.id)
        if len(assessed) <= 2 and submission.id == "tariq-aziz":
            raise RuntimeError(FAULT)
        return assess(submission, rubric, records)

    monkeypatch.setattr(pipeline, "assess", with_a_bug)
    assert run_batch([folder], out, rubric, 1, quiet=False) == 1
    said = capsys.readouterr().out
    assert f"Fault on our side: 1\n  tariq-aziz: 15 checks: RuntimeError: {FAULT}\n" in said
    assert "1 submission has no mark yet" in said
    assert said.count(FAULT) == 1
    with (out / "scores.csv").open(newline="") as stream:
        assert [row["total"] for row in csv.DictReader(stream)] == ["100", ""]

    run_batch([folder], out, rubric, 1, quiet=False)
    assert assessed == ["amara-okafor", "tariq-aziz", "tariq-aziz"]
    assert "no mark yet" not in capsys.readouterr().out


def test_a_folder_that_was_used_before_is_told(tmp_path: Path) -> None:
    """A late hand-in into the class's folder: the others are kept, and listed again where all paths are given."""
    first, second = (copy_of(tmp_path / name, [name]) for name in ("amara-okafor", "kofi-mensah"))
    out = tmp_path / "out"
    assert "are kept there" not in grade(first, "-o", out).stdout
    said = grade(second, "-o", out).stdout
    assert f"1 submission. The grades and pages of 1 other that {out} had before are kept there." in said
    assert (out / "students" / "amara-okafor" / "feedback.html").is_file()
    assert "are kept there" not in grade(first, second, "-o", out).stdout
    assert results(out).keys() == {"amara-okafor", "kofi-mensah"}


def test_a_folder_without_programs_is_told(tmp_path: Path) -> None:
    """After the summary, the question whether this can be right."""
    for name in ("ada", "bob"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "essay.txt").write_text("It was a dark and stormy night.\n")
    said = grade(tmp_path / "class", "-o", tmp_path / "out").stdout
    assert "No program was found in 2 of 2 submissions. Is this the right folder" in said.rpartition("Overview:")[2]


def test_what_a_person_decides_is_in_all_that_is_handed_on(tmp_path: Path) -> None:
    """After the same command again: the table, the student's page, and no program has run. A dry run knows it too."""
    folder, out = copy_of(tmp_path / "class", ["carlos-ruiz"]), tmp_path / "out"
    grade(folder, "-o", out)
    (row,) = csv_rows(out)
    assert (row["server.echoes-text"], row["total"]) == ("0", "48")
    told = grade("override", "carlos-ruiz", "server.echoes-text", "6", "-m", "Shown in the lab.", "-o", out).stdout
    assert "Total 54 of 100, 48 before." in told
    assert "Nothing would change in 1 grade." in grade(folder, "-o", out, "--dry-run").stdout
    grade(folder, "-o", out)
    (row,) = csv_rows(out)
    assert (row["server.echoes-text"], row["total"]) == ("6", "54")
    page = (out / "students" / "carlos-ruiz" / "feedback.md").read_text()
    assert "Your teacher has looked at this and gives 6 of 6: Shown in the lab." in page


def csv_rows(out: Path) -> list[dict[str, str]]:
    """The rows of scores.csv."""
    with (out / "scores.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))
