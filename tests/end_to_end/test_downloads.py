"""Classes as learning platforms hand them out: the marks are those of the same hand-ins in plain folders."""

from __future__ import annotations

import html
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from batches import CLASS, copy_of, graded, results

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

PEOPLE = ("amara-okafor", "carlos-ruiz", "lena-fischer")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Results of the hand-ins in folders."""
    folder = copy_of(tmp_path_factory.mktemp("plain") / "class", PEOPLE)
    return results(graded(folder.with_name("out"), folder))


def marks(submission: Mapping[str, Any]) -> dict[str, Any]:
    """Everything about a hand-in that is worth points, or tells a student why."""
    return {key: submission[key] for key in ("points", "status", "checks", "questions")}


def test_a_class_from_canvas(tmp_path: Path, plain: dict[str, dict[str, Any]]) -> None:
    """A zip with every file of everybody in one heap, one hand-in late, one resubmitted."""
    with zipfile.ZipFile(tmp_path / "net101-echo_submissions.zip", "w") as download:
        for number, (name, mark, again) in enumerate(zip(PEOPLE, ("", "_LATE", ""), ("", "", "-1"), strict=True)):
            for place, file in enumerate(sorted((CLASS / name).iterdir())):
                called = f"{name.replace('-', '')}{mark}_{4000 + number}_{700 + 10 * number + place}"
                download.write(file, f"{called}_{file.stem}{again}{file.suffix}")
    got = results(graded(tmp_path / "out", tmp_path / "net101-echo_submissions.zip"))
    ids = [f"{name.replace('-', '')}_{4000 + number}" for number, name in enumerate(PEOPLE)]
    assert list(got) == ids
    assert [marks(got[one]) for one in ids] == [marks(plain[name]) for name in PEOPLE]
    late = [said["code"] for said in got[ids[1]]["notes"]]
    assert late == [said["code"] for said in plain[PEOPLE[1]]["notes"]] + ["late"]
    assert got[ids[2]]["notes"] == plain[PEOPLE[2]]["notes"]


def test_a_class_from_moodle(tmp_path: Path, plain: dict[str, dict[str, Any]]) -> None:
    """Folders for the programs, answers typed into the platform, and a name that leads nowhere."""
    for number, name in enumerate(PEOPLE):
        files = copy_of(tmp_path / "class", [name]) / name
        paragraphs = (files / "answers.md").read_text().split("\n\n")
        typed = files.with_name(f"{name.title().replace('-', ' ')}_{number}_assignsubmission_onlinetext")
        typed.mkdir()
        page = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
        (typed / "onlinetext.html").write_text(f"<!DOCTYPE html><html><body>{page}</body></html>")
        (files / "answers.md").unlink()
        files.rename(files.with_name(typed.name.replace("onlinetext", "file")))
    nowhere = tmp_path / "class" / "<b>\n\u202e..\\_9_assignsubmission_file"
    nowhere.mkdir()
    (nowhere / "readme.txt").write_text("x")
    got = results(graded(tmp_path / "out", tmp_path / "class"))
    ids = [f"{name.title().replace('-', ' ')}_{number}" for number, name in enumerate(PEOPLE)]
    assert sorted(got) == sorted([*ids, "<b>\n\u202e..\\_9"])
    assert [marks(got[one]) for one in ids] == [marks(plain[name]) for name in PEOPLE]
    assert all(got[one]["notes"][-1]["code"] == "typed" for one in ids)
    assert got["<b>\n\u202e..\\_9"]["points"] == 0
