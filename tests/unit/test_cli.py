"""What `grade` says to a command that was mistyped. Nothing runs: the message comes first, with status 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import main
from grader.rubric_file import SHIPPED_RUBRIC

RUBRIC = SHIPPED_RUBRIC.read_text(encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said on standard error of a command that cannot be carried out."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("chekc", "check"),
        ("Check", "check"),
        ("doctr", "doctor"),
        ("answer", "answers"),
        ("help", "--help"),
        ("queue", "answers queue"),
        ("laern", "answers learn"),
        ("schema", "rubric schema"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_misspelt_command_is_no_folder(word: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no path of that name exists, the command that is most like it is named."""
    told = f"grade: {word}: there is no such command, file or folder. Did you mean `grade {meant}`?\n"
    assert refused(capsys, word) == told
    assert refused(capsys, word, ".") == told


def test_a_path_is_a_path_however_like_a_command_it_is(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that exists is graded, and options and other names are no commands."""
    (here / "chekc").mkdir()
    assert "no hand-in was found there" in refused(capsys, "chekc")
    assert "Did you mean" not in refused(capsys, "submissions")
    assert "no-such-rubric" in refused(capsys, "--rubric", "no-such-rubric", "chekc")


def test_a_program_is_no_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`grade check` of a file names the folder that is meant, quoted where it has to be."""
    (here / "my work").mkdir()
    (here / "my work" / "echo-server.py").write_text("pass\n")
    assert refused(capsys, "check", "my work/echo-server.py") == (
        "grade: Give the folder that echo-server.py is in: grade check 'my work'\n"
    )


@pytest.mark.usefixtures("here")
def test_a_name_with_blanks_stands_in_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    """Several arguments of `grade check` are mostly one name."""
    assert 'put it in quotes: grade check "my home work"' in refused(capsys, "check", "my", "home", "work")


def test_a_folder_without_anything_is_told_before_anything_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One message instead of fifteen failures, here and elsewhere."""
    told = (
        "grade: There is no echo-server.py, echo-client.py or answers.md {where}. Go to the folder with your programs, "
        "or name it: grade check FOLDER\n"
    )
    assert refused(capsys, "check") == told.format(where="here")
    (here / "empty").mkdir()
    assert refused(capsys, "check", "empty") == told.format(where="in empty")


def test_a_rubric_that_lies_here_and_is_not_used_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`grade check` never takes it by itself; the assignment's own, or one that was given, is nothing to speak of."""
    (here / "rubric.yaml").write_text(RUBRIC)
    assert "Note:" not in refused(capsys, "check")
    (here / "rubric.yaml").write_text(RUBRIC.replace("points: 6", "points: 5"))
    note = refused(capsys, "check").partition("grade: ")[0]
    assert note.startswith("Note: `grade check` goes by the echo assignment's own rubric")
    assert note.endswith(": grade check . -r rubric.yaml\n")
    assert "Note:" not in refused(capsys, "check", "-r", str(SHIPPED_RUBRIC))


def test_so_is_one_that_lies_inside_what_is_graded(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`grade .` in the folder with the teacher's own rubric: it could be a student's, and is not taken."""
    (here / "rubric.yaml").write_text(RUBRIC.replace("points: 6", "points: 5"))
    note = refused(capsys, "run", ".")
    assert "Note: `grade run` goes by the echo assignment's own rubric, not by the rubric.yaml in this folder" in note
    assert "which is part of what is graded" in note
    assert "grade run . -r rubric.yaml" in note


NO_LISTENS = """\
title: Time server
points: 5
assignment:
  host: 127.0.0.1
  port: 50200
  programs:
    server: {file: clock.py, reference: clock.py}
checks:
  - id: server.tells
    title: Sends the time
    points: 5
    run: server
    conversation: [connect, receive: {text: "12:00"}]
    hint: Send the time.
"""
LISTENS = """\
  - {id: server.listens, title: Listens, points: 1, run: server, conversation: [listens], hint: Call listen.}
"""


@pytest.mark.parametrize(
    ("rubric", "told"),
    [
        (NO_LISTENS, True),
        (NO_LISTENS.replace("points: 5\na", "points: 6\na") + LISTENS, False),
        (NO_LISTENS + LISTENS.replace("points: 1", "points: 0"), True),
        (NO_LISTENS + "options: {follow_through: false}\n", False),
    ],
    ids=["no check", "check", "check worth nothing", "no follow-through"],
)
def test_a_rubric_in_which_a_wrong_address_costs_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], rubric: str, told: bool
) -> None:
    """An error costs its own check: there has to be one."""
    (here / "clock.py").write_text("pass\n")
    (here / "rubric.yaml").write_text(rubric)
    with pytest.raises(SystemExit) as ended:
        main(["rubric", "check"])
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "rubric.yaml: good." in said
    assert ("Note: no check asks where the server listens" in said) is told
    assert "the client" not in said
