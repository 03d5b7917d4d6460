"""`grade` as a command: exit statuses, interruptions, neighbours, and what it writes where."""

from __future__ import annotations

import contextlib
import csv
import html
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batches import (
    GRADE,
    PROGRAMS,
    QUICK,
    ROOT,
    below,
    boxes_so_far,
    copy_of,
    counted_boxes,
    grade,
    graded,
    results,
    same_pages,
    start,
    wait_for_boxes,
    wait_until_gone,
    without_bubblewrap,
)

from grader.answers import check_pattern
from grader.rubric import load_rubric
from grader.sandbox import host
from grader.store import Store

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


# --- exit statuses and what is printed ------------------------------------------------------------------------------


def test_all_graded_is_status_0(tmp_path: Path) -> None:
    """A class in which nothing is left to do: status 0, a summary, and where the pages are."""
    done = grade(ROOT / "solutions", "-o", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert str(tmp_path / "out" / "overview.html") in done.stdout


def test_hand_ins_that_cannot_be_read_appear_and_need_a_person(tmp_path: Path) -> None:
    """Broken archives, links and empty folders are in the results, with status 1; the others are graded."""
    folder = copy_of(tmp_path / "class", ["amara-okafor"])
    (folder / "empty").mkdir()
    (folder / "torn.zip").write_bytes(b"PK\x03\x04 torn")
    (folder / "cut.tar.gz").write_bytes(b"\x1f\x8b\x08 torn")
    (folder / "link").symlink_to("/etc")
    done = grade(folder, "-o", tmp_path / "out")
    got = results(tmp_path / "out")
    assert done.returncode == 1
    assert set(got) == {"amara-okafor", "empty", "torn", "cut", "link"}
    assert got["amara-okafor"]["points"] == 100
    assert [got[name]["status"] for name in ("torn", "cut", "link")] == ["needs-review"] * 3
    assert [got[name]["points"] for name in ("torn", "cut", "link", "empty")] == [0] * 4
    assert all(got[name]["notes"] for name in ("torn", "cut", "link", "empty"))
    assert [got[name]["has_total"] for name in ("torn", "cut", "link", "empty")] == [False] * 3 + [True]
    assert "3 hand-ins could not be opened and have no mark" in done.stdout
    assert "mean 50.0" in done.stdout
    feedback = (tmp_path / "out" / "students" / "torn" / "feedback.md").read_text()
    assert "could not be opened" in feedback
    assert not any(word in feedback for word in ("echo-server.py", "damaged", " 0 ", "Ask for"))
    assert "passwd" not in json.dumps(got)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no-such-folder"], "no-such-folder"),
        (["--no-such-option", "x"], "--no-such-option"),
        (["run"], "PATHS"),
        (["examples/class", "--jobs", "0"], "--jobs"),
        (["examples/class", "--rubric", "no-such-rubric.yaml"], "no-such-rubric.yaml"),
        (["check", "no-such-folder"], "no-such-folder"),
        (["rubric", "check", "no-such-rubric.yaml"], "no-such-rubric.yaml"),
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], says: str, tmp_path: Path) -> None:
    """What cannot be carried out is said in a message that names it, without a traceback."""
    extra = ["-o", str(tmp_path / "out")] if arguments[0] not in ("check", "rubric") else []
    done = grade(*arguments, *extra)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_machine_without_boxes_is_status_3(tmp_path: Path, quick_class: Path) -> None:
    """A batch never runs programs unprotected: it says what is missing and the command that cures it."""
    done = grade(quick_class, "-o", tmp_path / "out", env=without_bubblewrap(tmp_path))
    assert done.returncode == 3
    assert "bubblewrap is not installed" in done.stderr
    assert "apt-get install bubblewrap" in done.stderr
    assert not (tmp_path / "out" / "scores.csv").exists()


def test_an_output_folder_that_is_a_file_is_status_2(tmp_path: Path, quick_class: Path) -> None:
    """The message names the path, and no program runs first."""
    (tmp_path / "out").write_text("in the way")
    done = grade(quick_class / "amara-okafor", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert str(tmp_path / "out") in done.stderr
    assert "Traceback" not in done.stderr


def test_scores_are_a_table_for_spreadsheets(quick_results: Path) -> None:
    """scores.csv has one row for each hand-in, ordered by name, and its totals are those of results.json."""
    with (quick_results / "scores.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    got = results(quick_results)
    assert [row["id"] for row in rows] == sorted(QUICK)
    assert {row["id"]: float(row["total"]) for row in rows} == {name: one["points"] for name, one in got.items()}


# --- again, interrupted, killed -------------------------------------------------------------------------------------


def test_a_second_run_runs_nothing_again(quick_class: Path, tmp_path: Path) -> None:
    """What is done is not done again: the second run starts the one box that tries the machine, and writes the same."""
    hand_ins = [quick_class / name for name in QUICK[:3]]
    with counted_boxes() as (environment, reader):
        grade(*hand_ins, "-o", tmp_path / "out", env=environment)
        assert boxes_so_far(reader) > 6
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.html")}
        done = grade(*hand_ins, "-o", tmp_path / "out", env=environment)
        assert boxes_so_far(reader) == 1
    assert done.returncode in (0, 1)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.html")} == before


def test_a_changed_hand_in_is_run_again_and_the_others_are_not(quick_class: Path, tmp_path: Path) -> None:
    """After a student has handed in anew, that one is graded afresh."""
    folder = copy_of(tmp_path / "class", QUICK[:2], quick_class)
    with counted_boxes() as (environment, reader):
        grade(folder, "-o", tmp_path / "out", env=environment)
        boxes_so_far(reader)
        (folder / QUICK[0] / "echo-server.py").write_text("pass\n")
        grade(folder, "-o", tmp_path / "out", env=environment)
        assert 1 < boxes_so_far(reader) < 8
    assert results(tmp_path / "out")[QUICK[0]]["points"] < 100


def test_a_rubric_that_moves_points_only_runs_nothing(quick_class: Path, tmp_path: Path) -> None:
    """Points are given anew from what was recorded."""
    rubric = tmp_path / "rubric.yaml"
    text = (ROOT / "rubric.yaml").read_text()
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    rubric.write_text(text)
    with counted_boxes() as (environment, reader):
        grade(quick_class / QUICK[0], "-o", tmp_path / "out", "-r", rubric, env=environment)
        boxes_so_far(reader)
        changed = text.replace(
            "points: 6\n    run: server\n    conversation", "points: 7\n    run: server\n    conversation"
        )
        changed = changed.replace("points: 7\n    run: client", "points: 6\n    run: client")
        assert changed != text
        rubric.write_text(changed)
        done = grade(quick_class / QUICK[0], "-o", tmp_path / "out", "-r", rubric, env=environment)
        assert boxes_so_far(reader) == 1
    assert done.returncode in (0, 1), done.stderr
    checks = {check["id"]: check["points"] for check in results(tmp_path / "out")[QUICK[0]]["checks"]}
    assert (checks["server.listens"], checks["client.connects"]) == (7, 6)


def test_an_edit_of_points_brings_what_a_fresh_run_brings_and_can_be_taken_back(tmp_path: Path) -> None:
    """Every page is the same as if nothing had been stored, after the edit and after going back to the first rubric."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    few = copy_of(tmp_path / "class", QUICK[:4])
    rubric, text = tmp_path / "rubric.yaml", (ROOT / "rubric.yaml").read_text()
    changed = text.replace("    points: 6\n", "    points: 5\n", 1).replace("    points: 4\n", "    points: 5\n", 1)
    for number, now in enumerate((text, changed, text)):
        rubric.write_text(now)
        kept = graded(tmp_path / "kept", few, "-r", rubric)
        fresh = graded(tmp_path / f"fresh-{number}", few, "-r", rubric)
        assert same_pages(kept, fresh) == []


@pytest.mark.parametrize(
    "boxes", [pytest.param(1, marks=pytest.mark.thorough), 4, pytest.param(12, marks=pytest.mark.thorough)]
)
def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(
    boxes: int, quick_class: Path, quick_results: Path, tmp_path: Path
) -> None:
    """SIGINT ends the boxes, writes reports of what is done, says so, and ends with 130; the next run does the rest."""
    with counted_boxes() as (environment, reader):
        batch = start(quick_class, tmp_path / "out", environment)
        wait_for_boxes(reader, boxes)
        watched = [os.pidfd_open(one) for one in below(batch.pid)]
        batch.send_signal(signal.SIGINT)
        said = batch.communicate(timeout=60)
    wait_until_gone(batch, watched)
    assert batch.returncode == 130
    assert "Traceback" not in said[1]
    if boxes > 10:
        done = len(results(tmp_path / "out"))
        assert 0 < done < len(QUICK)
        assert f"{done} of {len(QUICK)} are done" in said[1]
    assert grade(quick_class, "-o", tmp_path / "out").returncode in (0, 1)
    assert same_pages(tmp_path / "out", quick_results) == []


@pytest.mark.parametrize("boxes", [pytest.param(2, marks=pytest.mark.thorough), 12])
def test_a_killed_batch_leaves_no_process_and_goes_on(
    boxes: int, quick_class: Path, quick_results: Path, tmp_path: Path
) -> None:
    """After SIGKILL every box is gone, and the same command brings the results of an undisturbed run."""
    with counted_boxes() as (environment, reader):
        batch = start(quick_class, tmp_path / "out", environment)
        wait_for_boxes(reader, boxes)
        batch.send_signal(signal.SIGSTOP)
        watched = [os.pidfd_open(one) for one in below(batch.pid)]
        batch.kill()
        batch.communicate()
        wait_until_gone(batch, watched)
    assert grade(quick_class, "-o", tmp_path / "out").returncode in (0, 1)
    assert same_pages(tmp_path / "out", quick_results) == []


# --- neighbours -----------------------------------------------------------------------------------------------------


def test_a_port_in_use_and_another_grade_change_nothing(quick_class: Path, quick_results: Path, tmp_path: Path) -> None:
    """With 65432 taken on the host, and two batches at once, each gives the results of one alone."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # in use already: as good
            taken.bind(("127.0.0.1", 65432))
            taken.listen()
        both = [start(quick_class, tmp_path / name, dict(os.environ)) for name in ("one", "two")]
        for batch in both:
            batch.communicate()
    assert [same_pages(tmp_path / name, quick_results) for name in ("one", "two")] == [[], []]


def test_two_grades_into_one_folder_do_not_mix(quick_class: Path, quick_results: Path, tmp_path: Path) -> None:
    """The second waits or is refused with a message; the folder is that of one run."""
    with counted_boxes() as (environment, reader):
        first = start(quick_class, tmp_path / "out", environment)
        wait_for_boxes(reader, 2)
        second = grade(quick_class, "-o", tmp_path / "out")
        first.communicate()
    assert first.returncode in (0, 1)
    assert second.returncode == 2
    assert str(tmp_path / "out") in second.stderr
    assert same_pages(tmp_path / "out", quick_results) == []


# --- who may see what -----------------------------------------------------------------------------------------------


def texts_for_students(out: Path) -> dict[Path, str]:
    """Every page for students, unescaped."""
    return {path: html.unescape(path.read_text()) for path in sorted((out / "students").rglob("*")) if path.is_file()}


def test_a_students_page_names_no_other_student(example_class: Path) -> None:
    """No page for students holds the name of another."""
    names = set(results(example_class))
    for path, text in texts_for_students(example_class).items():
        own = path.relative_to(example_class / "students").parts[0].split(".")[0]
        assert [name for name in names - {own} if name in text] == [], path


def test_a_students_page_gives_nothing_away(example_class: Path) -> None:
    """No idea of the rubric, no pattern, no note for staff is on a page for students."""
    rubric = load_rubric(ROOT / "rubric.yaml", check_pattern)
    secrets = {criterion.idea for question in rubric.questions for criterion in question.criteria}
    secrets |= {one for question in rubric.questions for criterion in question.criteria for one in criterion.accept}
    secrets |= {misconception.says for question in rubric.questions for misconception in question.misconceptions}
    secrets = {secret for secret in secrets if len(secret) > 12}
    with Store.open(shutil.copytree(example_class, example_class.with_name("copy"))) as store:
        grades = list(store.latest_grades())
    secrets |= {check.observation.staff_note for grade in grades for check in grade.checks}
    secrets |= {one.staff_note for grade in grades for question in grade.questions for one in question.criteria}
    secrets |= {reason for grade in grades for reason in grade.review_reasons}
    secrets |= {reason for grade in grades for question in grade.questions for reason in question.review_reasons}
    assert len(secrets) > 50
    answers = {one.submission: [question.answer for question in one.questions] for one in grades}
    for path, text in texts_for_students(example_class).items():
        own = answers[path.relative_to(example_class / "students").parts[0].split(".")[0]]
        assert [one for one in secrets if one and one in text and not any(one in answer for answer in own)] == [], path


def test_the_overview_names_every_student(example_class: Path) -> None:
    """The staff's page has everybody on it."""
    overview = html.unescape((example_class / "overview.html").read_text())
    assert [name for name in results(example_class) if name not in overview] == []


# --- as an ordinary user --------------------------------------------------------------------------------------------

NOBODY = 65534


@pytest.fixture(scope="session")
def as_nobody(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, Any]]:
    """Command and options for `subprocess` that run `grade` as an ordinary user, also when the tests are root's."""
    if os.geteuid() != 0:
        return [GRADE], {}
    packages = Path(pytest.__file__).parents[1]
    python = next((one for one in host.interpreters() if host.reachable(one)), None)
    if python is None or not all(host.reachable(str(path)) for path in (packages, ROOT / "grader")):
        pytest.skip("no installation here that an ordinary user can read")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{packages}", "HOME": "/", "LANG": "C.UTF-8"}
    command = [python, "-B", "-m", "grader.cli"]
    options: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "env": environment, "cwd": "/"}
    if subprocess.run([*command, "--version"], capture_output=True, check=False, **options).returncode != 0:
        pytest.skip("the readable interpreter cannot run this installation")
    return command, options


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that everybody can enter and write to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def test_an_ordinary_user_gets_the_same_results(
    as_nobody: tuple[list[str], dict[str, Any]], quick_class: Path, quick_results: Path, public_folder: Path
) -> None:
    """Grading needs no privilege, and the privilege changes no mark."""
    command, options = as_nobody
    copy_of(public_folder / "class", QUICK, quick_class)
    done = subprocess.run(
        [*command, "run", str(public_folder / "class"), "-o", str(public_folder / "out")],
        capture_output=True, text=True, timeout=110, check=False, **options,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert same_pages(public_folder / "out", quick_results) == []


def test_a_folder_that_cannot_be_written_is_status_2(
    as_nobody: tuple[list[str], dict[str, Any]], quick_class: Path, public_folder: Path
) -> None:
    """A read-only output folder is said in one message that names it."""
    command, options = as_nobody
    copy_of(public_folder / "class", QUICK[:1], quick_class)
    (public_folder / "out").mkdir()
    (public_folder / "out").chmod(0o555)
    done = subprocess.run(
        [*command, "run", str(public_folder / "class"), "-o", str(public_folder / "out")],
        capture_output=True, text=True, timeout=110, check=False, **options,
    )  # fmt: skip
    assert done.returncode == 2
    assert str(public_folder / "out") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_rubric_of_the_students_is_not_used(tmp_path: Path) -> None:
    """A rubric.yaml among the hand-ins decides nothing, also when the command is given from inside that folder."""
    folder = copy_of(tmp_path / "class", ["bind-two-arguments"], PROGRAMS / "mistakes")
    for place in (folder, folder / "bind-two-arguments"):
        (place / "rubric.yaml").write_text("title: mine\npoints: 100\n")
    done = grade(".", "-o", tmp_path / "out", cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    assert results(tmp_path / "out")["bind-two-arguments"]["points"] == 35 - 2
