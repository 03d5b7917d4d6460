"""`grade check`, `grade doctor` and `grade rubric check` as people run them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from batches import PROGRAMS, ROOT, copy_of, grade, without_bubblewrap

from grader.answers import check_pattern
from grader.rubric import load_rubric

pytestmark = pytest.mark.slow
needs_boxes = pytest.mark.sandbox


@needs_boxes
def test_check_of_the_solutions_is_well() -> None:
    """Everything works: status 0, full points for the programs, and nothing on stderr."""
    done = grade("check", ROOT / "solutions")
    assert (done.returncode, done.stderr) == (0, "")


@needs_boxes
def test_check_of_the_starter_says_what_to_do_first() -> None:
    """The untouched starter: status 1, and the open TODOs are named."""
    done = grade("check", ROOT / "starter")
    assert (done.returncode, done.stderr) == (1, "")
    assert "TODO" in done.stdout


@needs_boxes
@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        ("bind-two-arguments", ["echo-server.py:7", "more than one argument"]),
        ("connect-wrong-port", ["echo-client.py", "65432"]),
        ("greeting-without-comma", ["Hello, world"]),
        ("waits-for-ever", ["echo-server.py"]),
        ("server-needs-a-module", ["module"]),
    ],
)
def test_check_names_the_mistake_and_the_file(mistake: str, says: list[str]) -> None:
    """One mistake: status 1, with its sentence and its file."""
    done = grade("check", PROGRAMS / "mistakes" / mistake)
    assert (done.returncode, done.stderr) == (1, "")
    assert [word for word in says if word not in done.stdout] == []


@needs_boxes
def test_check_looks_at_the_folder_one_is_in(tmp_path: Path) -> None:
    """Without an argument it is the current folder, and nothing is written into it."""
    folder = shutil.copytree(ROOT / "solutions", tmp_path / "mine")
    before = sorted(path.name for path in folder.rglob("*"))
    assert grade("check", cwd=folder).returncode == 0
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_check_of_an_empty_folder_is_a_message(tmp_path: Path) -> None:
    """Where there is nothing to check, the message says which files were looked for."""
    done = grade("check", tmp_path)
    assert done.returncode in (1, 2)
    assert "echo-server.py" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@needs_boxes
def test_check_never_gives_the_answer_away() -> None:
    """What is missing in an answer is told by its kind; neither the idea nor a pattern is shown."""
    rubric = load_rubric(ROOT / "rubric.yaml", check_pattern)
    shown = "".join(grade("check", ROOT / name).stdout for name in ("starter", "examples/class/jonas-weber"))
    flat = " ".join(shown.split())
    ideas = [criterion.idea for question in rubric.questions for criterion in question.criteria]
    assert [idea for idea in ideas if " ".join(idea.split()) in flat] == []


# --- without boxes --------------------------------------------------------------------------------------------------


def test_check_without_boxes_says_which_protections_are_absent(tmp_path: Path) -> None:
    """The solutions are all well on a machine that cannot box programs, and the note says what that means."""
    done = grade("check", ROOT / "solutions", env=without_bubblewrap(tmp_path))
    assert done.returncode == 0, done.stdout
    assert "cannot box programs" in done.stderr
    assert "read and write your files" in done.stderr


def test_check_where_the_kernel_refuses_boxes_runs_the_programs_all_the_same(tmp_path: Path) -> None:
    """bubblewrap is there and may not make namespaces, as on some desktops: nothing of the vain try is told."""
    refuses = tmp_path / "bwrap"
    refuses.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    refuses.chmod(0o755)
    done = grade("check", ROOT / "solutions", env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stdout
    assert done.stderr == grade("check", ROOT / "solutions", env=without_bubblewrap(tmp_path / "empty")).stderr


@needs_boxes
def test_check_without_boxes_prints_what_it_prints_with_them(tmp_path: Path) -> None:
    """The same checks, the same sentences."""
    for name in (
        "solutions",
        "tests/programs/mistakes/bind-two-arguments",
        "tests/programs/mistakes/prints-a-constant",
    ):
        boxed, plain = grade("check", ROOT / name), grade("check", ROOT / name, env=without_bubblewrap(tmp_path))
        assert (plain.returncode, plain.stdout) == (boxed.returncode, boxed.stdout)


# --- doctor ---------------------------------------------------------------------------------------------------------


@needs_boxes
def test_doctor_finds_this_machine_and_this_assignment_well() -> None:
    """Each condition is told, then the self-test: solutions full marks, starter none."""
    done = grade("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for line in ("namespaces", "system-call filter", "process limit", "solutions: 100 points", "starter: 0 points"):
        assert line in done.stdout


def test_doctor_names_the_cure_for_a_machine_without_boxes(tmp_path: Path) -> None:
    """What is missing, and the command that installs it; status 3."""
    done = grade("doctor", env=without_bubblewrap(tmp_path))
    assert done.returncode == 3
    assert "MISSING" in done.stdout
    assert "apt-get install bubblewrap" in done.stdout


@needs_boxes
def test_doctor_finds_an_assignment_that_fails_its_own_test(tmp_path: Path) -> None:
    """Solutions that do not earn full marks are shown with the checks that they fail, and the ideas; status 1."""
    for name in ("solutions", "starter"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "rubric.yaml", tmp_path)
    server = tmp_path / "solutions" / "echo-server.py"
    server.write_text(server.read_text().replace("65432", "65431"))
    (tmp_path / "solutions" / "answers.md").write_text("## Question 1\n\nIt must be called before listen().\n")
    done = grade("doctor", "-r", tmp_path / "rubric.yaml")
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "server.listens" in done.stdout
    assert "q1: 5 of 15; not found in the answers: assoc, " in done.stdout
    assert "q2: 0 of 15; there is no answer" in done.stdout


# --- rubric check ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["rubric.yaml", "examples/upper-server/rubric.yaml"])
def test_the_shipped_rubrics_are_good(path: str) -> None:
    """A good rubric: status 0, and what it holds in a line."""
    done = grade("rubric", "check", ROOT / path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "good" in done.stdout


SLIPS = {  # right: wrong
    "wall_seconds: 10 ": "wall_seconds: ten ",
    "hint: bind gives": "hnit: bind gives",
    "- prints: client-address": "- pirnts: client-address",
    "needs: [client.connects]": "needs: [client.conects]",
    "number: 2": "number: two",
}


def test_every_error_of_a_rubric_is_told_at_once(tmp_path: Path) -> None:
    """Misspelt keys, steps and names, and words where numbers belong: each with its line, together; status 2."""
    text = (ROOT / "rubric.yaml").read_text()
    places = []
    for right, wrong in SLIPS.items():
        places.append(f"line {text[: text.index(right)].count(chr(10)) + 1}:")
        text = text.replace(right, wrong, 1)
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    (tmp_path / "rubric.yaml").write_text(text)
    done = grade("rubric", "check", tmp_path / "rubric.yaml")
    assert done.returncode == 2
    assert [place for place in places if place not in done.stderr] == [], done.stderr
    assert [word for word in ("`hint`", "`prints`", "`client.connects`") if word not in done.stderr] == [], done.stderr
    assert "Traceback" not in done.stderr


def with_example(folder: Path, old: str, new: str) -> Path:
    """The shipped rubric with another example in the place of one of its own."""
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    text = (ROOT / "rubric.yaml").read_text()
    assert f"- {old}\n" in text
    (folder / "rubric.yaml").write_text(text.replace(f"- {old}\n", f"- {new}\n", 1))
    return folder / "rubric.yaml"


def test_an_example_that_the_engine_would_not_know_is_named(tmp_path: Path) -> None:
    """It decides its own wording; but is it marked rightly?"""
    rubric = with_example(tmp_path, "It must be called before listen().", "It is a nice day.")
    done = grade("rubric", "check", rubric)
    assert (done.returncode, done.stderr) == (0, "")
    assert "criterion `q1.order`: the example under `yes` (" in done.stdout
    assert done.stdout.count("the example under") == done.stdout.count("It is a nice day.") == 1


def test_an_example_that_is_marked_both_ways_is_an_error(tmp_path: Path) -> None:
    """Punctuation makes no difference."""
    rubric = with_example(tmp_path, "listen() comes before bind().", "It must be called before listen()!")
    done = grade("rubric", "check", rubric)
    assert done.returncode == 2
    assert "the example under `no` is marked the other way, too: 'It must be called before listen()!'" in done.stderr


@needs_boxes
def test_check_finds_misnamed_files(tmp_path: Path) -> None:
    """Files under other names are found and used, and the student is told."""
    folder = copy_of(tmp_path, ["anders-holm"], ROOT / "examples" / "class") / "anders-holm"
    done = grade("check", folder)
    assert "echo-server.py" in done.stdout
    assert "server.py" in done.stdout
