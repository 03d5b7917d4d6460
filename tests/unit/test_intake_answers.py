"""Which file holds the answers, and how its bytes become text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_intake_support import ANSWERS, CLIENT, RUBRIC, SERVER, WHOLE, codes, note, read, write

from grader.intake import bounds, read_folder
from grader.intake.answers_file import decoded

PROGRAMS = {"echo-server.py": SERVER, "echo-client.py": CLIENT}


@pytest.mark.parametrize(
    "name",
    [
        "Answers.md",
        "ANSWERS.MD",
        "answer.md",
        "answers.txt",
        "answers",
        "answers.md.txt",
        "answers (1).md",
        "answers-2.md",
        "my_answers.md",
        "Answers echo.txt",
        "docs/answers.md",
    ],
)
def test_another_name_is_used_and_noted(tmp_path: Path, name: str) -> None:
    """Answers under a name that clearly means them are read, and the note says what it should be."""
    submission = read(tmp_path / "ada", PROGRAMS | {name: ANSWERS})
    assert submission.answers == ANSWERS.decode()
    assert codes(submission) == [("renamed", "answers")]


@pytest.mark.parametrize("name", ["README.md", "questions.txt", "work.md"])
def test_a_text_with_question_headings_holds_the_answers(tmp_path: Path, name: str) -> None:
    """Whatever it is called, a text with a heading for each question is taken."""
    assert read(tmp_path / "ada", PROGRAMS | {name: ANSWERS}).answers == ANSWERS.decode()


def test_a_readme_is_not_the_answers(tmp_path: Path) -> None:
    """A text that only describes the programs is left alone."""
    submission = read(tmp_path / "ada", PROGRAMS | {"README.md": b"# How to run\n\nSee question 1 in the book.\n"})
    assert submission.answers is None
    assert codes(submission) == [("missing", "answers")]


def test_the_exact_name_wins(tmp_path: Path) -> None:
    """Beside `answers.md` no other text counts."""
    submission = read(tmp_path / "ada", WHOLE | {"answers.txt": b"others", "README.md": ANSWERS})
    assert submission.answers == ANSWERS.decode()
    assert codes(submission) == [("unused", "answers")]


def test_two_equally_good_texts_are_for_a_person(tmp_path: Path) -> None:
    """Where the choice could be wrong nothing is read, and a teacher is asked."""
    submission = read(tmp_path / "ada", PROGRAMS | {"answer.md": b"one", "Answers.md": b"two"})
    assert submission.answers is None
    assert note(submission, "ambiguous", "answers").needs_person


@pytest.mark.parametrize("name", ["answers.docx", "Answers.pdf", "answers.rtf", "homework.odt", "report.pdf"])
def test_a_document_is_for_a_person(tmp_path: Path, name: str) -> None:
    """Answers from a word processor are not lost: a teacher reads them, the student learns what to hand in."""
    submission = read(tmp_path / "ada", PROGRAMS | {name: b"\x00\x01"})
    assert submission.answers is None
    said = note(submission, "unreadable", "answers")
    assert said.needs_person
    assert "`answers.md`" in said.message


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"%PDF-1.7 rest", b"{\\rtf1 rest"])
def test_a_document_called_answers_md_is_for_a_person(tmp_path: Path, data: bytes) -> None:
    """Renaming a document does not make it text."""
    submission = read(tmp_path / "ada", PROGRAMS | {"answers.md": data})
    assert submission.answers is None
    assert note(submission, "unreadable", "answers").needs_person


def test_a_document_beside_the_text_is_mentioned(tmp_path: Path) -> None:
    """The text counts, and a teacher sees that there was a document as well."""
    submission = read(tmp_path / "ada", WHOLE | {"answers.docx": b"PK"})
    assert submission.answers == ANSWERS.decode()
    assert note(submission, "unreadable", "answers").needs_person


def test_empty_answers_are_noted(tmp_path: Path) -> None:
    """An empty file is answers without text."""
    submission = read(tmp_path / "ada", PROGRAMS | {"answers.md": b" \n"})
    assert submission.answers == " \n"
    assert codes(submission) == [("empty", "answers")]


@pytest.mark.parametrize("size", [bounds.MAX_ANSWERS_BYTES + 1, bounds.MAX_FILE_BYTES + 1, 10_000_000])
def test_long_answers_are_cut(tmp_path: Path, size: int) -> None:
    """Only the beginning is read, and the student is told."""
    submission = read(tmp_path / "ada", PROGRAMS | {"answers.md": ANSWERS + b"x" * size})
    assert submission.answers is not None
    assert len(submission.answers) == bounds.MAX_ANSWERS_BYTES
    assert ("cut", "answers") in codes(submission)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("naïve ☃".encode(), "naïve ☃"),
        (b"\xef\xbb\xbf" + "naïve".encode(), "naïve"),
        ("naïve".encode("utf-16"), "naïve"),
        (b"\xfe\xff" + "naïve".encode("utf-16-be"), "naïve"),
        (b"\xff\xfea\x00\x00\xd8", "a\ufffd"),
        ("naïve – “so”".encode("cp1252"), "naïve – “so”"),
        (b"\x81\xff", "\ufffdÿ"),
        (b"a\x00b", "a\x00b"),
        (b"", ""),
    ],
)
def test_text_of_any_encoding_is_read(data: bytes, text: str) -> None:
    """UTF-8, UTF-16 with its mark, or else Windows-1252; what is neither becomes U+FFFD."""
    assert decoded(data) == text


def test_a_cut_inside_a_character_changes_nothing_else() -> None:
    """Text that was cut stays UTF-8, without the broken character."""
    assert decoded("naïve ☃".encode()[:-1], whole=False) == "naïve "


@pytest.mark.parametrize("name", ["question1.txt", "Question 1.md", "q1.txt", "Q_1"])
def test_a_text_that_is_named_for_a_question_is_an_answer(tmp_path: Path, name: str) -> None:
    """One is read; of a text for each question none is called missing, and a person looks."""
    programs = {path: data for path, data in WHOLE.items() if path != "answers.md"}
    assert read(tmp_path / "one", programs | {name: b"It binds."}).answers == "It binds."
    both = read(tmp_path / "both", programs | {name: b"It binds.", name.replace("1", "2"): b"It connects."})
    assert note(both, "ambiguous", "answers").needs_person


@pytest.mark.parametrize(
    "more", [{}, {"report.pdf": b"%PDF-1.4"}, {"answers.md": b""}], ids=["none", "document", "empty"]
)
def test_where_nothing_is_asked_no_answers_are_missed(tmp_path: Path, more: dict[str, bytes]) -> None:
    """A rubric without questions: neither the student nor a person has anything to do about answers."""
    folder = write(tmp_path / "ada", PROGRAMS | more)
    assert [one.role for one in read_folder(folder, RUBRIC).notes] == ["answers"]
    assert read_folder(folder, replace(RUBRIC, questions=())).notes == ()
