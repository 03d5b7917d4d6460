"""Pages that stand as they were made are left alone; whatever else happened to them, they are made again."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import grades
import pytest

from grader.model import Grade, Rubric
from grader.report.made import FILE_NAME, Made, maker
from grader.report.write import Written, write_reports
from grader.store.codec import to_json

RUBRIC = grades.a_rubric()
CLASS = [grades.a_grade(submission=name) for name in ("ada", "bob", "cy")]


def write(folder: Path, class_: list[Grade] = CLASS, rubric: Rubric = RUBRIC) -> Written:
    return write_reports(folder, rubric, iter(class_), grader="0.1.0", encode=to_json)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def page(folder: Path) -> Path:
    return folder / "students" / "bob" / "feedback.html"


def same_size_and_time(path: Path) -> None:
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced_by_a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


MEDDLING: dict[str, Callable[[Path], object]] = {
    "removed": Path.unlink,
    "longer": lambda path: path.write_bytes(path.read_bytes() + b" "),
    "same size and time": same_size_and_time,
    "a link": replaced_by_a_link,
}


@pytest.mark.parametrize("how", MEDDLING)
def test_a_page_that_was_meddled_with_is_made_again(how: str, tmp_path: Path) -> None:
    """What stands in the results is what the store says, whoever wrote there in between and however carefully."""
    write(tmp_path)
    before = page(tmp_path).read_bytes()
    MEDDLING[how](page(tmp_path))
    assert write(tmp_path).changed == 1
    assert page(tmp_path).read_bytes() == before
    assert not page(tmp_path).is_symlink()


def test_a_second_run_makes_and_changes_nothing(tmp_path: Path) -> None:
    """Every student's pages stand, and the list of them is the same."""
    write(tmp_path)
    before = contents(tmp_path)
    assert write(tmp_path).changed == 0
    assert contents(tmp_path) == before


def test_a_list_of_other_students_costs_time_and_nothing_else(tmp_path: Path) -> None:
    """Students who come or go between two runs, and a grade that changed, are seen."""
    write(tmp_path, CLASS[1:])
    assert write(tmp_path).changed == 3 + 3  # ada's three pages, and the files of the whole class
    worse = grades.a_grade(grades.failed("server.listens"), submission="bob")
    assert write(tmp_path, [CLASS[0], worse, CLASS[2]]).changed == 3 + 3
    assert b"Listens on" in page(tmp_path).read_bytes()
    assert write(tmp_path, [CLASS[0], CLASS[2]]).changed == 3
    assert write(tmp_path, [CLASS[0], CLASS[2]]).changed == 0


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"ada\n", b"x" * 64 + b"\nada 1 2\n"])
def test_a_list_that_cannot_be_used_is_made_anew(text: bytes, tmp_path: Path) -> None:
    """It may be damaged, or from another version: then all pages are made and compared."""
    write(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(text)
    assert not stands(tmp_path, "ada")
    assert write(tmp_path).changed == 0
    assert stands(tmp_path, "ada")


def stands(folder: Path, name: str, grader: str = "0.1.0", digest: str | None = None) -> bool:
    """Whether one student's pages count as made, by the list that is there now."""
    made = Made(folder, maker(RUBRIC.digest, grader))
    grade = next(one for one in CLASS if one.submission == name)
    own = folder / "students" / name
    paths = [own / "feedback.html", own / "feedback.md", folder / "staff" / f"{name}.html"]
    return made.stand(name, digest or sha256(to_json(grade)).hexdigest(), paths)


def test_pages_of_another_grade_or_version_do_not_stand(tmp_path: Path) -> None:
    """Only those made of just this grade, by just this program, count as made."""
    write(tmp_path)
    assert stands(tmp_path, "cy")
    assert not stands(tmp_path, "cy", digest="0" * 64)
    assert not stands(tmp_path, "cy", grader="0.2.0")
