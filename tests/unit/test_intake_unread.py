"""What is there and was not read: it is named, and not called missing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from test_intake_support import ANSWERS, CLIENT, RUBRIC, SERVER, WHOLE, codes, note, read, write, zipped

from grader.errors import SubmissionError
from grader.intake import bounds, find_submissions, names, read_folder


def class_of(count: int) -> dict[str, bytes]:
    """The files of so many hand-ins, no two alike, each in a folder of its own."""
    return {f"s{each}/{name}": data + b"# %d\n" % each for each in range(count) for name, data in WHOLE.items()}


def test_a_program_that_was_left_out_is_not_called_missing(tmp_path: Path) -> None:
    """It lies there; why it was not read is what is said of it, and of the answers likewise."""
    folder = write(tmp_path / "ada", {"echo-client.py": CLIENT})
    (folder / "echo-server.py").symlink_to("elsewhere.py")
    (folder / "answers.md").symlink_to("elsewhere.md")
    submission = read_folder(folder, RUBRIC)
    assert codes(submission) == [("left-out", "answers"), ("left-out", "server")]
    assert all(each.needs_person for each in submission.notes)


def test_one_that_is_missing_beside_a_picture_that_was_left_out_is_missing(tmp_path: Path) -> None:
    """Only what could have been it takes its place."""
    folder = write(tmp_path / "ada", {"echo-client.py": CLIENT, "answers.md": ANSWERS})
    (folder / "photo.png").symlink_to("elsewhere.png")
    assert codes(read_folder(folder, RUBRIC)) == [("left-out", None), ("missing", "server")]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may open anything")
def test_what_this_machine_may_not_open_is_nobodys_mistake(tmp_path: Path) -> None:
    """A person looks, whatever it is, and no student is told to hand it in again."""
    folder = write(tmp_path / "ada", WHOLE)
    (folder / "echo-server.py").chmod(0)
    closed = note(read_folder(folder, RUBRIC), "closed", "server")
    assert closed.needs_person
    assert closed.message == "`echo-server.py`: it could not be opened here; your teacher will look."


@pytest.mark.parametrize("name", ["client.txt", "Client (1).txt", "echo-client.xlsx", "echo_client", "client.py.log"])
def test_a_file_that_is_called_like_the_program_is_named(tmp_path: Path, name: str) -> None:
    """Whoever is told that there is no client sees which file was not taken for it."""
    submission = read(tmp_path / "ada", {"echo-server.py": SERVER, name: b"not Python: 1 2"})
    assert note(submission, "missing", "client").message == (
        f"Your client was not found. {names.shown(name)} was not taken for it: its name does not end in `.py`. "
        "Hand in a file called `echo-client.py`."
    )


@pytest.mark.parametrize("name", ["notes.txt", "client-server.txt", "server.txt", "clients.txt", "x" * 300])
def test_other_files_are_not_named(name: str) -> None:
    """Only the name that was asked for, or the role's."""
    client = next(spec for spec in RUBRIC.programs if spec.role == "client")
    assert not names.otherwise_ended(name, client)


def test_a_class_among_the_hand_ins_is_called_one(tmp_path: Path) -> None:
    """One folder too high: the folder that is meant is named, and none of the programs in it was mixed with another."""
    place = write(tmp_path / "examples", {f"class/{name}": data for name, data in class_of(3).items()})
    write(place / "ada", WHOLE)
    pending = {each.id: each for each in find_submissions([place], RUBRIC)}
    assert set(pending["ada"].read().programs) == {"server", "client"}
    with pytest.raises(SubmissionError, match=rf"^`class` looks like a class: 3 folders .*: grade {place}/class$"):
        pending["class"].read()
    with pytest.raises(SubmissionError, match="looks like a class"):
        read_folder(place / "class", RUBRIC)


def test_an_archive_that_is_a_class_is_named_with_its_own_path(tmp_path: Path) -> None:
    """To give the folder around it once more would change nothing."""
    place = write(tmp_path / "all", {"ada.zip": zipped(WHOLE), "class.zip": zipped(class_of(3))})
    _, pending = find_submissions([place], RUBRIC)
    with pytest.raises(SubmissionError, match=rf"grade {place}/class\.zip$"):
        pending.read()
    assert len(list(find_submissions([place / "class.zip"], RUBRIC))) == 3


def test_a_class_inside_an_archive_has_no_path(tmp_path: Path) -> None:
    """So it has to be unpacked."""
    inside = {f"section/{path}": data for path, data in class_of(3).items()} | {"ada/echo-server.py": SERVER}
    (tmp_path / "all.zip").write_bytes(zipped(inside))
    _, pending = find_submissions([tmp_path / "all.zip"], RUBRIC)
    with pytest.raises(SubmissionError, match=r"To grade it, unpack the archive, and give the folder"):
        pending.read()


def test_versions_in_folders_are_no_class(tmp_path: Path) -> None:
    """Two of everything are for a person; so are any number beside the programs that count."""
    assert {code for code, _ in codes(read(tmp_path / "two", class_of(2)))} == {"ambiguous"}
    assert set(read(tmp_path / "many", class_of(4) | WHOLE).programs) == {"server", "client"}
    copies = {f"copy {each}/{name}": data for each in range(4) for name, data in WHOLE.items()}
    assert set(read(tmp_path / "copies", copies).programs) == {"server", "client"}


def test_a_damaged_archive_that_was_named_may_be_the_class(tmp_path: Path) -> None:
    """Then no student can hand it in again."""
    (tmp_path / "net101.zip").write_bytes(zipped(class_of(3))[:-30])
    (pending,) = find_submissions([tmp_path / "net101.zip"], RUBRIC)
    with pytest.raises(SubmissionError, match=r"in again; or, if it is the class's download, download it again\.$"):
        pending.read()
    write(tmp_path / "class", {"ada.zip": zipped(WHOLE)[:-30], "bob.zip": zipped(WHOLE)})
    first, _ = find_submissions([tmp_path / "class"], RUBRIC)
    with pytest.raises(SubmissionError, match=r"handed in again\.$"):
        first.read()


NESTED = {"inner.zip": zipped(WHOLE)}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("homework.zip", zipped(NESTED)),
        ("echo.ipynb", b'{"cells": []}'),
        ("echo-client.docx", b"PK"),
        ("client.py.pdf", b"%PDF"),
        ("big.pdf", b"%PDF" + b" " * bounds.MAX_FILE_BYTES),
    ],
)
def test_a_person_looks_where_what_is_missing_may_lie_in_what_is_not_read(
    tmp_path: Path, name: str, data: bytes
) -> None:
    """An archive in an archive, a notebook, a document, also one that is too large: none of them is a plain zero."""
    submission = read(tmp_path / "ada", {name: data})
    said = note(submission, "missing", "client")
    assert said.needs_person
    shown = "inner.zip" if name == "homework.zip" else name
    assert said.message == (
        f"Your client was not found. `{shown}` may hold it and is not read here; your teacher will look. "
        "Hand in a file called `echo-client.py`."
    )
    assert any(each.needs_person for each in submission.notes if each.role == "answers")


@pytest.mark.parametrize("name", ["answers.png", "IMG_2041.HEIC", "lab.tex", "work.rar", "lab3.docx", "essay.txt"])
def test_a_person_looks_where_answers_may_lie_in_what_is_not_read(tmp_path: Path, name: str) -> None:
    """A photograph of a sheet of paper is no text, and no empty page either."""
    submission = read(tmp_path / "ada", {"echo-server.py": SERVER, "echo-client.py": CLIENT, name: b"?"})
    (said,) = (each for each in submission.notes if each.role == "answers")
    assert said.needs_person
    assert f"`{name}`" in said.message


def test_a_document_of_more_than_is_read_is_not_called_missing(tmp_path: Path) -> None:
    """Word keeps pictures in it, so that it is soon larger than a file that is read."""
    large = b"PK" + bytes(bounds.MAX_FILE_BYTES)
    submission = read(tmp_path / "ada", {"echo-server.py": SERVER, "echo-client.py": CLIENT, "Lab 3 Doe.docx": large})
    assert note(submission, "unreadable", "answers").needs_person


def test_pictures_and_documents_beside_what_was_asked_for_ask_for_nobody(tmp_path: Path) -> None:
    """Where nothing is missing nobody has to look into them."""
    submission = read(tmp_path / "ada", WHOLE | {"screen.png": b"?", "notes.ipynb": b"{}", "all.zip": b"PK"})
    assert not any(each.needs_person for each in submission.notes)


def test_a_picture_is_no_program(tmp_path: Path) -> None:
    """A picture of a terminal is handed in often; nobody has to look for a program in it."""
    submission = read(tmp_path / "ada", {"echo-server.py": SERVER, "answers.md": ANSWERS, "screen.png": b"?"})
    assert not note(submission, "missing", "client").needs_person


@pytest.mark.parametrize(
    "written",
    [
        b'"""\nQuestion 1: it binds.\nQuestion 2: it connects.\n"""\n',
        b"# Question 1\n# It binds.\n",
        b"# Q1: it binds\n",
        b"## Answer 1: it binds\n",
    ],
)
def test_a_person_looks_where_answers_stand_in_a_programs_comments(tmp_path: Path, written: bytes) -> None:
    """They are not scored from there: code and text cannot be told apart for certain."""
    submission = read(tmp_path / "ada", {"echo-server.py": SERVER + written, "echo-client.py": CLIENT})
    said = note(submission, "missing", "answers")
    assert said.needs_person
    assert "`echo-server.py` may hold them in comments; your teacher will look." in said.message


@pytest.mark.parametrize("code", [b"q1 = 5\n", b"# q: what is this?\n", b"print('no question here')\n"])
def test_ordinary_code_holds_no_answers(tmp_path: Path, code: bytes) -> None:
    """Nobody is sent to look for answers in it."""
    submission = read(tmp_path / "ada", {"echo-server.py": SERVER + code, "echo-client.py": CLIENT})
    assert not note(submission, "missing", "answers").needs_person


def test_a_person_looks_where_one_file_holds_both_programs(tmp_path: Path) -> None:
    """It is run as one of them; the other one is there as well, for whoever opens it."""
    submission = read(tmp_path / "ada", {"echo.py": SERVER + CLIENT, "answers.md": ANSWERS})
    said = note(submission, "missing", "client")
    assert said.needs_person
    assert "`echo.py` may hold it, together with your other program; your teacher will look." in said.message


def test_typed_answers_are_not_looked_for_elsewhere(tmp_path: Path) -> None:
    """A picture beside a text that was typed in is a picture."""
    person = "Jane Doe_5_assignsubmission"
    files = {f"{person}_file/{name}": data for name, data in WHOLE.items() if name != "answers.md"}
    files |= {f"{person}_file/screen.png": b"?", f"{person}_onlinetext/onlinetext.html": b"<p>It binds.</p>"}
    (pending,) = find_submissions([write(tmp_path / "class", files)], RUBRIC)
    assert codes(pending.read()) == [("typed", "answers")]


@pytest.mark.parametrize("other", ["Report.pdf", "answers.txt", "photo.jpg"])
def test_what_may_hold_answers_beside_those_that_were_read_is_mentioned(tmp_path: Path, other: str) -> None:
    """Whether it matters is seen once the answers were read."""
    submission = read(tmp_path / "ada", WHOLE | {other: b"?", "copy.txt": ANSWERS, "README.md": b"Read me."})
    assert submission.answers == ANSWERS.decode()
    assert [(each.code, each.needs_person, each.message) for each in submission.notes] == [
        (
            "unused",
            False,
            f"`answers.md` was read as your answers; `{other}` was not. Next time hand in only the one that counts.",
        )
    ]
