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
