"""Downloads of Moodle, exports of Gradescope and repositories of GitHub Classroom."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_intake_support import (
    ANSWERS,
    FOUND,
    PAGE,
    RUBRIC,
    SERVER,
    TYPED,
    WHOLE,
    Handed,
    codes,
    found,
    ids,
    note,
    paths,
    write,
    zipped,
)

from grader.errors import SubmissionError
from grader.intake import bounds, find_submissions
from grader.model import Submission

# --- Moodle ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "_"])
@pytest.mark.parametrize("person", ["Jane Doe_56789", "Participant_17", "Team 5_88", "Default group", "ジェーン_4"])
def test_folders_of_moodle_are_put_together(handed: Handed, person: str, end: str) -> None:
    """Files, and the text that was typed in, of one person: people, groups, and numbers where marking is blind."""
    files = {
        f"{person}_assignsubmission_file{end}/{path}": data for path, data in WHOLE.items() if path != "answers.md"
    }
    files[f"{person}_assignsubmission_file{end}/data/a.txt"] = b"x"
    files[f"{person}_assignsubmission_onlinetext{end}/onlinetext.html"] = PAGE % b""
    files[f"{person}_assignsubmission_onlinetext{end}/drawing.png"] = b"png"
    batch = found(handed(files | {f"Bob B_1_assignsubmission_file{end}/{path}": data for path, data in WHOLE.items()}))
    assert set(batch) == {person, "Bob B_1"}
    assert batch["Bob B_1"].notes == ()
    assert batch[person].programs == FOUND
    assert paths(batch[person]) == ["data/a.txt", "drawing.png", "echo-client.py", "echo-server.py"]
    assert batch[person].answers == TYPED
    assert codes(batch[person]) == [("typed", "answers")]


@pytest.mark.parametrize("person", ["Jane Doe_56789", "Participant_17", "Default group"])
def test_files_of_moodle_are_put_together(handed: Handed, person: str) -> None:
    """The same without folders."""
    files = {f"{person}_assignsubmission_file_{path}": data for path, data in WHOLE.items() if path != "answers.md"}
    files[f"{person}_assignsubmission_onlinetext_onlinetext.html"] = PAGE % b""
    files |= {f"Bob B_1_assignsubmission_file_{path}": data for path, data in WHOLE.items()}
    batch = found(handed(files))
    assert set(batch) == {person, "Bob B_1"}
    assert paths(batch["Bob B_1"]) == sorted(WHOLE)
    assert batch["Bob B_1"].notes == ()
    assert paths(batch[person]) == ["echo-client.py", "echo-server.py"]
    assert batch[person].answers == TYPED


def test_one_s_folders_that_hold_too_much_are_called_what_they_are(
    handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are no archive, and nothing in them could be unpacked."""
    monkeypatch.setattr(bounds, "MAX_ENTRIES", 6)
    files = {f"Jane Doe_5_assignsubmission_{kind}_/{n}.txt": b"" for kind in ("file", "onlinetext") for n in range(4)}
    with pytest.raises(SubmissionError, match=r"^`Jane Doe_5` holds more than 6 files\. Ask for a hand-in with"):
        found(handed(files))


def test_a_class_of_one_from_moodle(handed: Handed) -> None:
    """Moodle's names need no second one."""
    files = {f"Jane Doe_56789_assignsubmission_file/src/{path}": data for path, data in WHOLE.items()}
    files["Jane Doe_56789_assignsubmission_onlinetext/onlinetext.html"] = b"<p></p>"
    batch = found(handed(files))
    assert list(batch) == ["Jane Doe_56789"]
    assert codes(batch["Jane Doe_56789"]) == [("misnamed", "server"), ("misnamed", "client")]


def test_moodle_puts_no_marks_on_names(handed: Handed) -> None:
    """What is called `…-1.py` there was called so by the student."""
    files = {"Jane Doe_5_assignsubmission_file_echo-server-1.py": SERVER}
    assert codes(found(handed(files))["Jane Doe_5"])[0] == ("misnamed", "server")


def moodle(typed: bytes, **files: bytes) -> dict[str, bytes]:
    """One person with programs, a text that was typed in, and further files (`__` for the dot)."""
    named = {path.replace("__", "."): data for path, data in files.items()}
    named |= {path: data for path, data in WHOLE.items() if path.endswith(".py")}
    folder = {f"Jane Doe_5_assignsubmission_file/{path}": data for path, data in named.items()}
    return folder | {"Jane Doe_5_assignsubmission_onlinetext/onlinetext.html": typed}


def only(place: Path) -> Submission:
    """The one submission there."""
    (submission,) = found(place).values()
    return submission


def test_a_handed_in_file_counts_before_one_of_the_text(handed: Handed) -> None:
    """Of the same name, from the two folders of a person."""
    picture = {"Jane Doe_5_assignsubmission_onlinetext/a.txt": b"text"}
    submission = only(handed(moodle(b"", a__txt=b"file") | picture))
    assert {file.path: file.data for file in submission.files}["a.txt"] == b"file"
    assert note(submission, "left-out").message.startswith("`a.txt`")


def test_a_file_of_answers_counts_before_what_was_typed(handed: Handed) -> None:
    """Both are there: a person has to see which was meant."""
    submission = only(handed(moodle(PAGE % b"", answers__md=ANSWERS)))
    assert submission.answers == ANSWERS.decode()
    assert note(submission, "typed", "answers").needs_person


@pytest.mark.parametrize("page", [b"", b"<html><body> <p>&nbsp;</p>\n</body></html>"])
def test_nothing_typed_is_no_text(handed: Handed, page: bytes) -> None:
    """Moodle hands out an empty page where the field was left empty."""
    submission = only(handed(moodle(page, answers__md=ANSWERS)))
    assert (submission.answers, submission.notes) == (ANSWERS.decode(), ())


def test_typed_answers_beside_an_archive_are_read(handed: Handed) -> None:
    """Answers inside the archive are the student's file; the typed text does not hide them."""
    page = {"Jane Doe_5_assignsubmission_onlinetext/onlinetext.html": PAGE % b""}
    submission = only(handed(page | {"Jane Doe_5_assignsubmission_file/hw.zip": zipped(WHOLE)}))
    assert (submission.programs, submission.answers) == (FOUND, ANSWERS.decode())
    assert codes(submission) == [("archive", None), ("typed", "answers")]


@pytest.mark.parametrize(("files", "code"), [({"answers__md": b" "}, None), ({"answers__docx": b"PK"}, "unreadable")])
def test_typed_answers_count_where_no_file_can_be_read(
    handed: Handed, files: dict[str, bytes], code: str | None
) -> None:
    """An empty file is no answer; a document is still for a person."""
    submission = only(handed(moodle(PAGE % b"", **files)))
    assert submission.answers == TYPED
    assert [said for said, _ in codes(submission)] == ([code] if code else []) + ["typed"]


# --- Gradescope and GitHub Classroom --------------------------------------------------------------------------------


METADATA = """---
submission_17:
  :submitters:
  - :name: Jane Doe
    :sid: '0123'
    :email: jane@example.org
  :created_at: 2026-10-01 10:00:00.000000000 Z
  :score: 0.0
  :history: []
submission_18:
  submitters:
  - name: "Bo/b\\n\\u202eB"
    email: bob@example.org
  - {name: Jürgen Ö, sid: 77}
submission_19:
  :submitters: []
""".encode()


def test_an_export_of_gradescope(handed: Handed) -> None:
    """A folder for each submission, whatever is in it, called by whose it is; the file that says so is no hand-in."""
    files = {
        "submission_metadata.yml": METADATA,
        "submission_17/main.py": SERVER,
        "submission_18/notes/essay.pdf": b"",
        "submission_19/main.py": SERVER,
        "submission_20/main.py": SERVER,
    }
    batch = found(handed(files))
    assert list(batch) == ["Bo b B_bob@example.org, Jürgen Ö_77", "Jane Doe_0123", "submission_19", "submission_20"]
    assert batch["Jane Doe_0123"].programs == {"server": "main.py"}


@pytest.mark.parametrize(
    "metadata",
    [
        b"",
        b"- a",
        b"a: [",
        b"submission_17: {submitters: {name: x}}",
        b"\xff",
        b"[" * 200_000,
        b"[" * 20_000 + b"]" * 20_000,
        b"x: &a [*a]",
    ],
)
def test_an_export_of_gradescope_that_does_not_say_whose_it_is(handed: Handed, metadata: bytes) -> None:
    """The folders keep their names; no hand-in is lost over it."""
    files = {"submission_metadata.yml": metadata, "submission_17/main.py": SERVER, "submission_18/a.py": SERVER}
    assert list(found(handed(files))) == ["submission_17", "submission_18"]


def test_the_names_of_an_export_are_read_in_bounds(handed: Handed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond them folders keep their names."""
    monkeypatch.setattr(bounds, "MAX_EXPORT_BYTES", 50)
    assert ids(handed({"submission_metadata.yml": METADATA, "submission_17/main.py": SERVER})) == ["submission_17"]


def test_two_people_of_one_name_in_an_export_are_two(handed: Handed) -> None:
    """Also where nothing else is known of them."""
    same = b"submission_1: {submitters: [{name: Jo}]}\nsubmission_2: {submitters: [{name: Jo}]}\n"
    files = {"submission_metadata.yml": same, "submission_1/main.py": SERVER, "submission_2/main.py": SERVER}
    assert ids(handed(files)) == ["Jo", "Jo (2)"]


def test_an_export_of_gradescope_in_its_folder(tmp_path: Path) -> None:
    """As it comes, also with a single submission and without the file about them."""
    files = {"assignment_3_export/submission_17/main.py": SERVER}
    (tmp_path / "export.zip").write_bytes(zipped(files))
    assert ids(tmp_path / "export.zip") == ids(write(tmp_path / "export", files)) == ["submission_17"]


def test_repositories_of_github_classroom(handed: Handed) -> None:
    """Each is a hand-in called like its folder; what GitHub adds is neither read nor mentioned."""
    extra = {".git/HEAD": b"ref", ".git/objects/aa/bb": b"", ".github/workflows/classroom.yml": b"", ".gitignore": b""}
    files = {
        f"tcp-echo-{user}/{path}": data
        for user in ("adal", "bob-b")
        for path, data in (WHOLE | extra | {"README.md": b"# Echo\n"}).items()
    }
    batch = found(handed(files))
    assert list(batch) == ["tcp-echo-adal", "tcp-echo-bob-b"]
    assert [(one.programs, one.notes) for one in batch.values()] == [(FOUND, ())] * 2
    assert paths(batch["tcp-echo-adal"]) == ["README.md", *sorted(WHOLE)]


@pytest.mark.parametrize("person", ["a..b", "-rf", "a\nb", "\u202eeoD", "  ", "<b>"])
def test_hostile_names_of_people_stay_names(handed: Handed, person: str) -> None:
    """Moodle's may be anything; they are ids, and nothing is looked up by them."""
    files = {f"{person}_7_assignsubmission_file/{path}": data for path, data in WHOLE.items()}
    assert only(handed(files)).id == f"{person}_7"


def test_what_becomes_a_link_after_the_search_is_not_followed(tmp_path: Path) -> None:
    """The page of a text is opened as carefully as any file."""
    page = "Jane Doe_5_assignsubmission_onlinetext/onlinetext.html"
    place = write(tmp_path / "download", moodle(PAGE % b""))
    (pending,) = find_submissions([place], RUBRIC)
    (place / page).unlink()
    (place / page).symlink_to("/etc/passwd")
    assert pending.read().answers is None
