"""`grade run --dry-run`: it foretells what the run then does, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from batches import (
    QUICK,
    ROOT,
    below,
    boxes_so_far,
    copy_of,
    counted_boxes,
    grade,
    graded,
    results,
    start,
    wait_for_boxes,
    wait_until_gone,
    without_bubblewrap,
)
from traces import traces

from grader.intake import find_submissions
from grader.model import Grade
from grader.preview import copied, grade_again
from grader.rubric_file import load
from grader.store import Store

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

SOME = ("carlos-ruiz", "kofi-mensah", "lena-fischer", "priya-natarajan", "tariq-aziz")
BYTES = "    title: Sends back any bytes, not only text\n    points: 4\n"
CONNECTS = "    title: Connects to 127.0.0.1, port 65432\n    points: 7\n"
EDITS = {
    "points": [(BYTES, BYTES.replace("4", "7")), (CONNECTS, CONNECTS.replace("points: 7", "points: 4"))],
    "idea": [('          - "=binding|=binds|bind >2:=host >3:=port !~socket !it"\n', '          - "~socket"\n')],
    "hint": [("kind: what the port is for", "kind: what the number after the host is for")],
    "conversation": [('- receive: {text: "Hello, world"}\n', '- receive: {text: "Hello, moon"}\n')],
}
"""What an instructor changes in the rubric: (text, the text in its place)."""


def edited(folder: Path, *edits: str) -> Path:
    """The rubric after some of EDITS, beside its solutions."""
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    text = (ROOT / "rubric.yaml").read_text()
    for old, new in (pair for name in edits for pair in EDITS[name]):
        assert old in text
        text = text.replace(old, new)
    (folder / "rubric.yaml").write_text(text)
    return folder / "rubric.yaml"


def stand(out: Path) -> list[Grade]:
    """The grades in a folder of results."""
    with Store.open(out) as store:
        return list(store.latest_grades())


def foretold(out: Path, students: Path, rubric_path: Path) -> tuple[list[Grade], int]:
    """The grades that a dry run compares with, and how often it ran programs."""
    rubric = load(rubric_path)
    with copied(out) as store:
        return grade_again(list(find_submissions([students], rubric)), rubric, store, 4, True, None)


@pytest.fixture
def out(quick_results: Path, tmp_path: Path) -> Path:
    """Results of the few, which a test may spoil."""
    return shutil.copytree(quick_results, tmp_path / "out")


@pytest.fixture
def scratch(tmp_path: Path) -> dict[str, str]:
    """An environment in which temporary files go to a folder of their own."""
    (tmp_path / "scratch").mkdir()
    return {**os.environ, "TMPDIR": str(tmp_path / "scratch")}


# --- what it says ---------------------------------------------------------------------------------------------------


LESS = [pytest.param(edit, marks=pytest.mark.thorough) for edit in ("points", "hint", "idea")]


@pytest.mark.parametrize("edit", [*LESS, "conversation"])
def test_the_run_gives_the_grades_that_were_foretold(
    edit: str, quick_class: Path, out: Path, scratch: dict[str, str], tmp_path: Path
) -> None:
    """Whole grades, and totals as they are printed; the results are untouched before, and nothing changes after."""
    students, rubric = copy_of(tmp_path / "class", SOME, quick_class), edited(tmp_path, edit)
    before, was = traces(out), {name: one for name, one in results(out).items() if name in SOME}
    done = grade(students, "-o", out, "-r", rubric, "--dry-run", env=scratch)
    assert (done.returncode, done.stderr) == (1, "")
    grades, ran = foretold(out, students, rubric)
    assert traces(out) == before
    assert os.listdir(tmp_path / "scratch") == []
    assert ran == (len(SOME) if edit == "conversation" else 0)
    assert ("No program was run" in done.stdout) == (not ran)
    assert (f"The programs of {len(SOME)} of {len(SOME)} submissions were run" in done.stdout) == bool(ran)

    graded(out, students, "-r", rubric)
    assert [one for one in stand(out) if one.submission in SOME] == grades
    now = results(out)
    moved = {
        name: (str(was[name]["points"]), str(now[name]["points"]))
        for name in was
        if (was[name]["points"], was[name]["status"]) != (now[name]["points"], now[name]["status"])
    }
    assert bool(moved) == (edit != "hint")
    listed = done.stdout.partition("Students, biggest change first\n")[2].partition("\n\n")[0]
    told = re.findall(r"^  (\S+) +([\d.]+)(?: → ([\d.]+))? ", listed, re.MULTILINE)
    assert {name: (old, new or old) for name, old, new in told} == moved
    again = grade(students, "-o", out, "-r", rubric, "--dry-run", env=scratch)
    assert again.returncode == 0
    assert f"Nothing would change in {len(SOME)} grades." in again.stdout


def test_what_was_edited_is_named(quick_class: Path, out: Path, tmp_path: Path) -> None:
    """Checks with what they were and would be worth, and the idea of which students are told otherwise."""
    done = grade(quick_class, "-o", out, "-r", edited(tmp_path, "points", "hint"), "-n")
    assert re.search(r"server\.echoes-bytes +4 → 7 ", done.stdout)
    assert re.search(r"client\.connects +7 → 4 ", done.stdout)
    assert "q1.port (" in done.stdout


def test_the_same_rubric_changes_nothing_and_runs_nothing(quick_class: Path, out: Path, tmp_path: Path) -> None:
    """Status 0, and quiet when asked to be."""
    rubric = edited(tmp_path)
    with counted_boxes() as (environment, reader):
        done = grade(quick_class, "-o", out, "-r", rubric, "--dry-run", env=environment)
        assert boxes_so_far(reader) == 1
    assert done.returncode == 0
    assert "They were given by this very rubric" in done.stdout
    quiet = grade(quick_class, "-o", out, "-r", rubric, "--dry-run", "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_new_submissions_and_those_of_others_are_counted_apart(quick_class: Path, out: Path, tmp_path: Path) -> None:
    """They are neither run nor compared."""
    students = copy_of(tmp_path / "class", QUICK[:3], quick_class)
    shutil.copytree(students / QUICK[0], students / "newcomer")
    with counted_boxes() as (environment, reader):
        done = grade(students, "-o", out, "-r", edited(tmp_path, "points"), "-n", env=environment)
        assert boxes_so_far(reader) == 1
    said = " ".join(done.stdout.split())
    assert "of 3 grades would change" in said
    assert f"Without a grade in {out} so far: 1." in said
    assert f"Grades in {out} of other submissions than these: {len(QUICK) - 3}." in said
    assert "newcomer" not in said


def test_a_hand_in_that_changed_is_told_apart_from_the_rubric(quick_class: Path, out: Path, tmp_path: Path) -> None:
    """It alone is run, and its student's line says that it was handed in again."""
    students = copy_of(tmp_path / "class", QUICK, quick_class)
    (students / QUICK[0] / "echo-server.py").write_text("pass\n")
    done = grade(students, "-o", out, "-r", edited(tmp_path), "-n")
    assert done.returncode == 1
    assert f"The programs of 1 of {len(QUICK)} submissions were run" in done.stdout
    student = done.stdout.partition("Students, biggest change first\n")[2].partition("\n\n")[0]
    assert student.lstrip().startswith(QUICK[0])
    assert "handed in again" in " ".join(student.split())


# --- what cannot be compared ----------------------------------------------------------------------------------------


def test_nothing_graded_yet_is_said_with_the_next_step(quick_class: Path, tmp_path: Path) -> None:
    """Status 2, and the folder is not made."""
    done = grade(quick_class, "-o", tmp_path / "new", "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path / 'new'}: none of these submissions is graded there" in done.stderr
    assert "without --dry-run" in done.stderr
    assert not (tmp_path / "new").exists()


def test_results_of_other_students_alone_are_nothing_to_compare_with(out: Path) -> None:
    """Nothing is run first."""
    done = grade(ROOT / "solutions", "-o", out, "--dry-run", env=without_bubblewrap(out))
    assert done.returncode == 2
    assert "none of these submissions is graded there" in done.stderr


def test_a_damaged_file_of_results_is_named_where_it_lies(quick_class: Path, out: Path) -> None:
    """Not where it was copied to."""
    (out / "grades.sqlite").write_bytes(b"no database" * 1000)
    done = grade(quick_class, "-o", out, "--dry-run")
    assert done.returncode == 2
    assert done.stderr.startswith(f"grade: {out / 'grades.sqlite'}: is not a results file")
    assert "Traceback" not in done.stderr


def test_a_machine_without_boxes_is_status_3(quick_class: Path, out: Path, tmp_path: Path) -> None:
    """As for the run."""
    done = grade(quick_class, "-o", out, "--dry-run", env=without_bubblewrap(tmp_path))
    assert done.returncode == 3
    assert "bubblewrap is not installed" in done.stderr


@contextlib.contextmanager
def one_box() -> Iterator[dict[str, str]]:
    """An environment in which the first box starts, and no other."""
    folder = Path(tempfile.mkdtemp())  # boxes start as another user, to whom a test's own folder is closed
    folder.chmod(0o777)
    script = folder / "bwrap"
    script.write_text(
        f'#!/bin/sh\n[ -e {folder}/tried ] && exit 1\n: > {folder}/tried\nexec {shutil.which("bwrap")} "$@"\n'
    )
    script.chmod(0o755)
    try:
        yield {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    finally:
        shutil.rmtree(folder)


def test_a_fault_on_our_side_is_told_and_is_status_1(quick_class: Path, out: Path, tmp_path: Path) -> None:
    """Boxes that fail once the machine has been tried: nobody's marks are said to fall."""
    before = traces(out)
    with one_box() as environment:
        done = grade(quick_class, "-o", out, "-r", edited(tmp_path, "conversation"), "-n", env=environment)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"Not judged, through a fault on our side: {len(QUICK)}" in done.stdout
    assert "would change" not in done.stdout
    assert traces(out) == before


# --- interrupted ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ended_in_the_middle_it_leaves_nothing(
    number: int, quick_class: Path, out: Path, scratch: dict[str, str], tmp_path: Path
) -> None:
    """No process, no copy, no trace among the results; and no half of a comparison."""
    rubric, before = edited(tmp_path, "conversation"), traces(out)
    with counted_boxes() as (environment, reader):
        batch = start(quick_class, out, {**scratch, **environment, "TMPDIR": scratch["TMPDIR"]}, "-r", rubric, "-n")
        wait_for_boxes(reader, 4)
        assert os.listdir(tmp_path / "scratch")
        watched = [os.pidfd_open(one) for one in below(batch.pid)]
        batch.send_signal(number)
        said = batch.communicate(timeout=60)
    wait_until_gone(batch, watched)
    assert (batch.returncode, said[0], said[1].strip()) == (130, "", "Stopped.")
    assert os.listdir(tmp_path / "scratch") == []
    assert traces(out) == before


def test_results_that_a_run_is_writing_are_refused(quick_class: Path, tmp_path: Path) -> None:
    """What stands is not settled yet; and the run is not disturbed."""
    with counted_boxes() as (environment, reader):
        batch = start(quick_class, tmp_path / "out", environment)
        wait_for_boxes(reader, 2)
        done = grade(quick_class, "-o", tmp_path / "out", "--dry-run")
        batch.communicate(timeout=110)
    assert done.returncode == 2
    assert f"another grade run (process {batch.pid}) is writing here" in done.stderr
    assert batch.returncode in (0, 1)
