"""Hand-ins that are folders: hostile ones, and those that are merely untidy."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from test_intake_support import (
    ANSWERS,
    CLIENT,
    RUBRIC,
    SERVER,
    WHOLE,
    codes,
    found,
    note,
    paths,
    read,
    write,
    zipped,
)

from grader.errors import SubmissionError
from grader.intake import Pending, bounds, find_submissions, folders, read_folder
from grader.intake.folders import FolderSource
from grader.intake.gather import gather
from grader.intake.handin import Member, Problem, Refused

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes links, fifos and odd names")
SECRET = b"the canary\n"


@pytest.fixture(params=["relative to a folder", "by path"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs a test with the system's careful calls, and again without them, as on Windows."""
    monkeypatch.setattr(folders, "RELATIVE", request.param == "relative to a folder")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file outside of every hand-in."""
    path = tmp_path / "outside" / "secret.py"
    write(path.parent, {path.name: SECRET})
    return path


def contents(folder: Path) -> bytes:
    """Everything that was read from a hand-in, in one piece."""
    submission = read_folder(folder, RUBRIC)
    return b"".join(file.data for file in submission.files) + (submission.answers or "").encode()


@pytest.mark.usefixtures("either_way")
def test_a_link_is_not_followed(tmp_path: Path, secret: Path) -> None:
    """A link to a file, to a folder, to nowhere or to itself is left out, and the note says so."""
    folder = write(tmp_path / "ada", {"echo-client.py": CLIENT})
    (folder / "echo-server.py").symlink_to(secret)
    (folder / "answers.md").symlink_to(secret)
    (folder / "lib").symlink_to(secret.parent)
    (folder / "dangling.py").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    submission = read_folder(folder, RUBRIC)
    assert paths(submission) == ["echo-client.py"]
    assert SECRET not in contents(folder)
    assert codes(submission) == [("left-out", "answers"), ("left-out", None), ("left-out", "server")]
    assert note(submission, "left-out", "server").needs_person
    assert "`echo-server.py`" in note(submission, "left-out", "server").message


@pytest.mark.usefixtures("either_way")
def test_a_hard_link_is_not_opened(tmp_path: Path, secret: Path) -> None:
    """A second name of a file elsewhere would carry that file into the box."""
    folder = write(tmp_path / "ada", {"echo-client.py": CLIENT, "answers.md": ANSWERS})
    os.link(secret, folder / "echo-server.py")
    submission = read_folder(folder, RUBRIC)
    assert SECRET not in contents(folder)
    assert codes(submission) == [("left-out", "server")]
    assert note(submission, "left-out", "server").needs_person


@pytest.mark.usefixtures("either_way")
def test_a_fifo_or_a_socket_is_not_opened(tmp_path: Path) -> None:
    """Nobody waits for a writer that never comes."""
    folder = write(tmp_path / "ada", {"echo-client.py": CLIENT, "answers.md": ANSWERS})
    os.mkfifo(folder / "echo-server.py")
    listener = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket may be short only
    try:
        listener.bind("data")
    finally:
        os.chdir(here)
        listener.close()
    submission = read_folder(folder, RUBRIC)
    assert paths(submission) == ["answers.md", "echo-client.py"]
    assert codes(submission) == [("left-out", None), ("left-out", "server")]


def test_what_turns_into_a_fifo_meanwhile_does_not_block(tmp_path: Path) -> None:
    """A file that is exchanged between listing and opening is looked at once more."""
    folder = write(tmp_path / "ada", WHOLE)
    with folders.FolderSource(folder) as source:
        (member,) = [member for member in source.members() if member.path == "echo-server.py"]
        (folder / "echo-server.py").unlink()
        os.mkfifo(folder / "echo-server.py")
        with pytest.raises(Refused) as refusal:
            source.read(member, 100)
    assert refusal.value.problem is Problem.SPECIAL


@pytest.mark.usefixtures("either_way")
def test_what_turns_into_a_link_meanwhile_is_not_followed(tmp_path: Path, secret: Path) -> None:
    """Neither a file nor a folder on the way to it may have become a link since it was listed."""
    folder = write(tmp_path / "ada", {"lib/secret.py": b"", "echo-server.py": SERVER})
    with folders.FolderSource(folder) as source:
        members = {member.path: member for member in source.members()}
        (folder / "lib" / "secret.py").unlink()
        (folder / "lib").rmdir()
        (folder / "lib").symlink_to(secret.parent)
        (folder / "echo-server.py").unlink()
        (folder / "echo-server.py").symlink_to(secret)
        for path in ("lib/secret.py", "echo-server.py"):
            with pytest.raises(Refused):
                source.read(members[path], 100)


@pytest.mark.usefixtures("either_way")
def test_a_linked_folder_among_the_hand_ins_is_an_error_of_its_own(tmp_path: Path, secret: Path) -> None:
    """It appears among the results, unread, and the others are graded."""
    write(tmp_path / "class" / "ada", WHOLE)
    write(tmp_path / "class" / "bob", WHOLE)
    (tmp_path / "class" / "eve").symlink_to(secret.parent)
    pending = {each.id: each for each in find_submissions([tmp_path / "class"], RUBRIC)}
    assert list(pending) == ["ada", "bob", "eve"]
    assert pending["bob"].read().notes == ()
    with pytest.raises(SubmissionError, match="link"):
        pending["eve"].read()


def test_a_folder_that_becomes_a_link_before_its_turn_is_refused(tmp_path: Path, secret: Path) -> None:
    """What was a folder when the class was listed is opened as a folder, or not at all."""
    write(tmp_path / "class" / "ada", WHOLE)
    write(tmp_path / "class" / "bob", WHOLE)
    first, _ = find_submissions([tmp_path / "class"], RUBRIC)
    (tmp_path / "class" / "ada").rename(tmp_path / "moved")
    (tmp_path / "class" / "ada").symlink_to(secret.parent)
    with pytest.raises(SubmissionError, match="cannot be opened"):
        first.read()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may open anything")
def test_what_cannot_be_opened_is_noted(tmp_path: Path) -> None:
    """A file or folder without permissions does not stop the reading of the rest."""
    folder = write(tmp_path / "ada", WHOLE | {"lib/x.py": b""})
    (folder / "echo-server.py").chmod(0)
    (folder / "lib").chmod(0)
    submission = read_folder(folder, RUBRIC)
    (folder / "lib").chmod(0o700)
    assert codes(submission) == [("closed", "server"), ("closed", None)]
    assert all(each.needs_person for each in submission.notes)


@pytest.mark.usefixtures("either_way")
def test_junk_is_left_out_without_a_word(tmp_path: Path) -> None:
    """What systems, editors and package managers leave behind is neither read nor mentioned."""
    junk = [".DS_Store", "._echo-server.py", "__MACOSX/echo-server.py", ".git/config", "venv/lib/server.py"]
    junk += ["__pycache__/x.pyc", ".idea/a", ".vscode/b", "node_modules/c.js", "Thumbs.db", "~$answers.docx", "a.py~"]
    submission = read(tmp_path / "ada", WHOLE | dict.fromkeys(junk, b"junk"))
    assert paths(submission) == ["answers.md", "echo-client.py", "echo-server.py"]
    assert submission.notes == ()


@pytest.mark.parametrize("name", ["a\nb", "-rf", "\u202egpj.exe", "😀", "a'b\"c`d", "$(reboot)", "a\\b", "x" * 250])
def test_a_hostile_name_is_only_data(tmp_path: Path, name: str) -> None:
    """Newlines, direction marks, leading dashes and the like come through as they are."""
    write(tmp_path / "class" / name, WHOLE | {f"lib/{name}": b"x"})
    write(tmp_path / "class" / "zoe", WHOLE)
    submission = found(tmp_path / "class")[name]
    assert submission.notes == ()
    assert f"lib/{name}" in paths(submission)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_can_be_encoded(tmp_path: Path) -> None:
    """Undecodable bytes of a name become U+FFFD in the id and in paths; the files are read all the same."""
    folder = os.fsencode(tmp_path / "class") + b"/caf\xe9"
    os.makedirs(folder + b"/lib")
    for name, data in {b"echo-server.py": SERVER, b"echo-client.py": CLIENT, b"lib/\xff": b"x"}.items():
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(data)
    write(tmp_path / "class" / "zoe", WHOLE)
    submission = found(tmp_path / "class")["caf\ufffd"]
    assert paths(submission) == ["echo-client.py", "echo-server.py", "lib/\ufffd"]


def test_large_data_is_left_out_and_noted(tmp_path: Path) -> None:
    """A picture too large to be read does not cost the programs beside it."""
    folder = write(tmp_path / "ada", WHOLE)
    with (folder / "film.bin").open("wb") as film:
        film.truncate(1 << 40)  # sparse: a terabyte that takes no room
    submission = read_folder(folder, RUBRIC)
    assert set(submission.programs) == {"server", "client"}
    assert "`film.bin`" in note(submission, "left-out").message
    assert not note(submission, "left-out").needs_person


def test_all_files_together_are_bounded(tmp_path: Path) -> None:
    """Programs and answers come first; of the rest as much is read as there is room for."""
    data = {f"a{number}.bin": b"x" * bounds.MAX_FILE_BYTES for number in range(6)}
    submission = read(tmp_path / "ada", data | WHOLE)
    assert submission.programs["server"] == "echo-server.py"
    assert sum(len(file.data) for file in submission.files) <= bounds.MAX_TOTAL_BYTES
    assert "`a3.bin`, `a4.bin`, `a5.bin`" in note(submission, "left-out").message


def large(*names: str) -> dict[str, bytes]:
    """Files too large to be read, no two alike."""
    return {name: ANSWERS + name.encode() + b"x" * bounds.MAX_FILE_BYTES for name in names}


def test_of_large_answers_only_so_many_beginnings_are_kept(tmp_path: Path) -> None:
    """What is called as was asked comes first; for the others a person is asked."""
    folder = write(tmp_path / "ada", WHOLE | large("answers.md", *(f"a{number}-answers.md" for number in range(9))))
    with FolderSource(folder) as source:
        kept = [file for file in gather(source, RUBRIC).files if not file.whole]
    assert [file.path for file in kept] == ["a0-answers.md", "a1-answers.md", "a2-answers.md", "answers.md"]
    assert sum(len(file.data) for file in kept) <= bounds.MAX_BEGINNINGS * (bounds.MAX_ANSWERS_BYTES + 1)
    submission = read_folder(folder, RUBRIC)
    assert (submission.answers or "").startswith(ANSWERS.decode())
    assert note(submission, "left-out", "answers").needs_person


def test_answers_beside_an_archive_that_takes_all_the_room_are_read(tmp_path: Path) -> None:
    """The beginning of answers has a room of its own."""
    programs = {name: data for name, data in WHOLE.items() if name != "answers.md"}
    films = {f"{number}.bin": b"x" * (bounds.MAX_FILE_BYTES - 100) for number in range(4)}
    submission = read(tmp_path / "ada", {"answers.md": ANSWERS, "work.zip": zipped(programs | films)})
    assert sum(len(file.data) for file in submission.files) <= bounds.MAX_TOTAL_BYTES
    assert submission.answers == ANSWERS.decode()


class Hurried(FolderSource):
    """A folder in which a student replaces files by links while they are read."""

    def read(self, member: Member, limit: int) -> bytes:
        try:
            return super().read(member, limit)
        finally:
            path = self.path / member.path
            path.unlink()
            path.symlink_to("elsewhere")

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)


def test_large_answers_that_change_while_they_are_read_are_left_out(tmp_path: Path) -> None:
    """Between the look at their size and the look at their beginning, too: the hand-in is read without them."""
    folder = write(tmp_path / "ada", WHOLE | large("answers.md"))
    submission = Pending("ada", lambda: Hurried(folder), RUBRIC).read()
    assert submission.answers is None
    assert submission.programs["server"] == "echo-server.py"
    assert note(submission, "left-out", "answers").needs_person


def test_many_files_are_bounded(tmp_path: Path) -> None:
    """Programs and answers come first; what is too much is counted."""
    submission = read(tmp_path / "ada", {f"a{number:03}.txt": b"" for number in range(300)} | WHOLE)
    assert submission.programs["server"] == "echo-server.py"
    assert submission.answers == ANSWERS.decode()
    assert len(submission.files) == bounds.MAX_FILES
    assert "and 100 more" in note(submission, "left-out").message


@pytest.mark.slow
def test_a_flood_of_files_is_refused(tmp_path: Path) -> None:
    """Fifty thousand files are not read; the hand-in is an error, with the way out."""
    folder = write(tmp_path / "ada", WHOLE)
    for number in range(50_000):
        os.close(os.open(folder / f"{number}", os.O_CREAT | os.O_WRONLY))
    with pytest.raises(SubmissionError, match="more than 5,000 files"):
        read_folder(folder, RUBRIC)


def test_a_flood_of_folders_is_refused(tmp_path: Path) -> None:
    """Folders count as files do."""
    folder = write(tmp_path / "ada", WHOLE)
    for number in range(bounds.MAX_ENTRIES + 1):
        (folder / str(number)).mkdir()
    with pytest.raises(SubmissionError, match="more than 5,000 files"):
        read_folder(folder, RUBRIC)


@pytest.mark.usefixtures("either_way")
def test_a_deep_tree_is_cut_off(tmp_path: Path) -> None:
    """Folders beyond the bound are named and not entered."""
    deep = "/".join("d" * 30)
    submission = read(tmp_path / "ada", WHOLE | {f"{deep}/echo-server.py": SERVER})
    assert submission.programs["server"] == "echo-server.py"
    assert "12 folders deep" in note(submission, "left-out").message


def test_nothing_is_written_and_nothing_stays_open(tmp_path: Path) -> None:
    """A reading leaves the folder as it was, and no descriptor behind."""
    folder = write(tmp_path / "ada", WHOLE | {"a/b/c": b"x"})
    (folder / "link").symlink_to("a")
    before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
    opened = os.listdir("/dev/fd")
    for _ in range(3):
        read_folder(folder, RUBRIC)
    assert len(os.listdir("/dev/fd")) == len(opened)
    assert {path: path.lstat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_folder_that_vanishes_is_an_error_of_its_hand_in(tmp_path: Path) -> None:
    """A hand-in that is gone when its turn comes is recorded as unreadable."""
    write(tmp_path / "class" / "ada", {})
    write(tmp_path / "class" / "bob", WHOLE)
    first, second = find_submissions([tmp_path / "class"], RUBRIC)
    (tmp_path / "class" / "ada").rmdir()
    with pytest.raises(SubmissionError, match="`ada`"):
        first.read()
    assert second.read().id == "bob"
