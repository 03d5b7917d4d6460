"""Which file is which program, and what is said about it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from test_intake_support import ANSWERS, CLIENT, RUBRIC, SERVER, WHOLE, codes, note, paths, read, write, zipped

from grader.errors import SubmissionError
from grader.intake import behaviour, bounds, read_folder
from grader.intake.behaviour import Scan
from grader.intake.handin import Found
from grader.intake.programs import find_programs

OTHER_SERVER = SERVER + b"print('another version')\n"


def without_server(**files: bytes) -> dict[str, bytes]:
    return {"echo-client.py": CLIENT, "answers.md": ANSWERS, **files}


def test_a_hand_in_as_asked_for_has_no_notes(tmp_path: Path) -> None:
    """Three files with the names that were asked for are used as they are, and nothing is said."""
    submission = read(tmp_path / "ada", WHOLE)
    assert submission.id == "ada"
    assert submission.programs == {"server": "echo-server.py", "client": "echo-client.py"}
    assert submission.answers == ANSWERS.decode()
    assert paths(submission) == ["answers.md", "echo-client.py", "echo-server.py"]
    assert submission.notes == ()


@pytest.mark.parametrize(
    "name",
    [
        "Echo-Server.py",
        "ECHO-SERVER.PY",
        "echo_server.py",
        "echoserver.py",
        "EchoServer.py",
        "echo server.py",
        "echo.server.py",
        "server.py",
        "Server.py",
        "echo-server (1).py",
        "echo-server-1.py",
        "echo_server-2.py",
        "echo-server - Copy.py",
        "Copy of echo-server.py",
        "echo-server_final.py",
        "echo-server-v2.py",
        "echo-server.py.txt",
        "echo-server.txt",
        "echo-server",
        "my_tcp_server.py",
        "server-jane.py",
    ],
)
def test_another_spelling_is_used_and_noted(tmp_path: Path, name: str) -> None:
    """A name that clearly means the server is used, and the note says what it should be called."""
    submission = read(tmp_path / "ada", without_server(**{name: SERVER}))
    assert submission.programs == {"server": name, "client": "echo-client.py"}
    assert codes(submission) == [("misnamed", "server")]
    said = note(submission, "misnamed", "server")
    assert f"`{name}`" in said.message
    assert "`echo-server.py`" in said.message
    assert not said.needs_person


def test_a_text_file_that_is_no_program_is_not_taken_for_one(tmp_path: Path) -> None:
    """`echo-server.txt` with a diary in it is not the server."""
    submission = read(tmp_path / "ada", without_server(**{"echo-server.txt": b"I could not finish this, sorry."}))
    assert "server" not in submission.programs
    assert codes(submission) == [("missing", "server")]


@pytest.mark.parametrize("folder", ["src", "a/b/c", "echo server"])
def test_programs_in_a_folder_are_found(tmp_path: Path, folder: str) -> None:
    """Files one or more folders down are used, their folder becomes the top, and the notes say where they were."""
    submission = read(tmp_path / "ada", {f"{folder}/{name}": data for name, data in WHOLE.items()})
    assert submission.programs == {"server": "echo-server.py", "client": "echo-client.py"}
    assert submission.answers == ANSWERS.decode()
    assert paths(submission) == ["answers.md", "echo-client.py", "echo-server.py"]
    assert codes(submission) == [("misnamed", "server"), ("misnamed", "client")]
    assert f"`{folder}`" in note(submission, "misnamed", "server").message


def test_programs_in_folders_of_their_own_keep_them(tmp_path: Path) -> None:
    """`server/` and `client/` stay apart, with the helpers that lie beside each, and what lies above them."""
    files = {
        "work/server/echo-server.py": SERVER,
        "work/server/helper.py": b"x = 1\n",
        "work/client/echo-client.py": CLIENT,
        "notes.txt": b"",
        "answers.md": ANSWERS,
    }
    submission = read(tmp_path / "ada", files)
    assert submission.programs == {"server": "work/server/echo-server.py", "client": "work/client/echo-client.py"}
    assert paths(submission) == sorted(files)
    assert submission.answers == ANSWERS.decode()


def test_what_lies_above_the_programs_goes_along(tmp_path: Path) -> None:
    """A module of the folder above, which `sys.path.append("..")` finds, is there for the program."""
    files = {f"src/{name}": data for name, data in WHOLE.items()} | {"common.py": b"PORT = 65432\n"}
    submission = read(tmp_path / "ada", files)
    assert submission.programs == {"server": "src/echo-server.py", "client": "src/echo-client.py"}
    assert paths(submission) == sorted(files)
    assert submission.answers == ANSWERS.decode()


def test_a_folder_around_everything_is_no_part_of_the_work(tmp_path: Path) -> None:
    """The same work has the same digest, however many folders an archiver or a platform has put around it."""
    inside = {f"src/{name}": data for name, data in WHOLE.items()} | {"common.py": b"PORT = 65432\n"}
    around = {f"hand-in 3/final/{name}": data for name, data in inside.items()}
    plain, wrapped = read(tmp_path / "ada", inside), read(tmp_path / "bob", around)
    assert wrapped.programs == plain.programs
    assert (wrapped.files, wrapped.digest) == (plain.files, plain.digest)


def test_the_exact_name_wins_and_the_other_is_named(tmp_path: Path) -> None:
    """Beside `echo-server.py` a file that could be meant as well is not used, and the student is told which was."""
    submission = read(tmp_path / "ada", WHOLE | {"echo-server-1.py": OTHER_SERVER})
    assert submission.programs["server"] == "echo-server.py"
    assert codes(submission) == [("unused", "server")]
    assert "`echo-server-1.py`" in note(submission, "unused", "server").message


@pytest.mark.parametrize("name", ["test_server.py", "server_helpers.py", "socket.py", "old_client.py"])
def test_files_that_only_sound_alike_are_not_mentioned(tmp_path: Path, name: str) -> None:
    """A helper with `server` in its name is no rival of `echo-server.py`."""
    assert read(tmp_path / "ada", WHOLE | {name: b"x = 1\n"}).notes == ()


def test_another_version_that_does_the_work_is_named(tmp_path: Path) -> None:
    """`server_final.py` beside `echo-server.py` could be meant as well, and so could a second one."""
    submission = read(
        tmp_path / "ada", WHOLE | {"server_final.py": OTHER_SERVER, "my_server.py": OTHER_SERVER + b"#\n"}
    )
    assert submission.programs["server"] == "echo-server.py"
    assert codes(submission) == [("unused", "server")]
    assert "`server_final.py`, `my_server.py` were not" in note(submission, "unused", "server").message


class Divided(bytes):
    """A program that counts how often it is divided into lines."""

    times: ClassVar[int] = 0

    def splitlines(self, keepends: bool = False) -> list[bytes]:
        Divided.times += 1
        return super().splitlines(keepends)


def test_a_program_is_searched_for_imports_once() -> None:
    """For 200 files beside it, too: a megabyte of empty lines would take a minute."""
    Divided.times = 0
    files = [Found("echo-client.py", CLIENT), Found("echo-server.py", Divided(b"\n" * 1000 + b"import my_server_7"))]
    files += [Found(f"my_server_{number}.py", b"s.listen() #%d" % number) for number in range(20)]
    notes = find_programs(files, RUBRIC.programs).notes
    assert [(each.code, "17 more" in each.message) for each in notes] == [("unused", False)]
    assert "16 more" in notes[0].message
    assert Divided.times == 1


def test_a_module_that_the_program_imports_is_no_version_of_it(tmp_path: Path) -> None:
    """Though it listens and accepts, and has the role in its name."""
    program = b"from server_core import serve\n" + WHOLE["echo-server.py"]
    submission = read(tmp_path / "ada", WHOLE | {"echo-server.py": program, "server_core.py": OTHER_SERVER})
    assert submission.notes == ()


def test_an_older_version_in_a_folder_does_not_compete(tmp_path: Path) -> None:
    """The file at the top is the one that counts, whatever lies in `old/`."""
    submission = read(tmp_path / "ada", WHOLE | {"old/echo-server.py": OTHER_SERVER})
    assert submission.programs["server"] == "echo-server.py"


@pytest.mark.parametrize(
    "names",
    [
        ("echo_server.py", "echoserver.py"),
        ("echo-server-1.py", "echo-server-2.py"),
        ("a/echo-server.py", "b/echo-server.py"),
        ("backup/echo-server.py", "Echo-Server.py"),
        ("server_one.py", "server_two.py"),
    ],
)
def test_two_that_are_equally_good_are_for_a_person(tmp_path: Path, names: tuple[str, str]) -> None:
    """Where a guess could be wrong no program is run, and a teacher is asked to look."""
    submission = read(tmp_path / "ada", without_server(**{names[0]: SERVER, names[1]: OTHER_SERVER}))
    assert "server" not in submission.programs
    assert codes(submission) == [("ambiguous", "server")]
    said = note(submission, "ambiguous", "server")
    assert said.needs_person
    assert all(f"`{name}`" in said.message for name in names)


def test_the_same_content_twice_is_not_ambiguous(tmp_path: Path) -> None:
    """Two copies of one program are one program."""
    submission = read(tmp_path / "ada", without_server(**{"echo_server.py": SERVER, "echoserver.py": SERVER}))
    assert submission.programs["server"] == "echo_server.py"
    assert codes(submission) == [("misnamed", "server")]


def test_what_a_file_does_settles_between_weak_names(tmp_path: Path) -> None:
    """Of `server_main.py` and `server_utils.py` the one that listens is the server."""
    submission = read(tmp_path / "ada", without_server(**{"server_main.py": SERVER, "server_utils.py": b"x = 1\n"}))
    assert submission.programs["server"] == "server_main.py"


def test_a_client_that_speaks_of_the_server_is_not_the_server(tmp_path: Path) -> None:
    """`connect_to_server.py` connects: it is the client, and the file that listens is the server."""
    submission = read(tmp_path / "ada", {"connect_to_server.py": CLIENT, "task1.py": SERVER})
    assert submission.programs == {"server": "task1.py", "client": "connect_to_server.py"}


def test_a_missing_half_is_noted(tmp_path: Path) -> None:
    """A program that is not there is missing, and the other half is used all the same."""
    submission = read(tmp_path / "ada", without_server())
    assert submission.programs == {"client": "echo-client.py"}
    assert codes(submission) == [("missing", "server")]


def test_an_empty_folder_misses_everything(tmp_path: Path) -> None:
    """A hand-in without files is a submission: its notes say what is missing."""
    submission = read(tmp_path / "ada", {})
    assert codes(submission) == [("missing", "server"), ("missing", "client"), ("missing", "answers")]
    assert submission.files == ()


def test_names_that_say_nothing_are_told_apart_by_what_they_do(tmp_path: Path) -> None:
    """`task1.py` listens and `task2.py` connects; the notes say that this was a guess."""
    submission = read(tmp_path / "ada", {"task1.py": SERVER, "task2.py": CLIENT, "answers.md": ANSWERS})
    assert submission.programs == {"server": "task1.py", "client": "task2.py"}
    assert codes(submission) == [("misnamed", "server"), ("misnamed", "client")]
    assert "what its code does" in note(submission, "misnamed", "server").message


def test_two_nameless_servers_are_for_a_person(tmp_path: Path) -> None:
    """A guess by behaviour is made only when exactly one file fits."""
    submission = read(tmp_path / "ada", without_server(**{"a.py": SERVER, "b.py": OTHER_SERVER}))
    assert codes(submission) == [("ambiguous", "server")]


def test_swapped_programs_are_exchanged(tmp_path: Path) -> None:
    """A client called `echo-server.py` and a server called `echo-client.py` are used as what they are."""
    submission = read(tmp_path / "ada", WHOLE | {"echo-server.py": CLIENT, "echo-client.py": SERVER})
    assert submission.programs == {"server": "echo-client.py", "client": "echo-server.py"}
    assert codes(submission) == [("misnamed", "server"), ("misnamed", "client")]
    assert "each other's name" in note(submission, "misnamed", "client").message
    assert not any(each.needs_person for each in submission.notes)


@pytest.mark.parametrize(
    ("server", "client"),
    [
        (CLIENT, CLIENT),  # one program twice: the checks will tell
        (SERVER, b"# then s.listen() and accept( )\n" + CLIENT),  # only a comment speaks of listening
        (b"print('unfinished')\n", SERVER),
        (b"# s.connect(\n" + SERVER, b"listen(" + CLIENT),
    ],
)
def test_programs_are_exchanged_only_when_both_are_the_other(tmp_path: Path, server: bytes, client: bytes) -> None:
    """Anything short of a clear swap is used as it is named."""
    submission = read(tmp_path / "ada", WHOLE | {"echo-server.py": server, "echo-client.py": client})
    assert submission.programs == {"server": "echo-server.py", "client": "echo-client.py"}
    assert submission.notes == ()


@pytest.mark.parametrize("data", [b"", b"\n  \n"])
def test_an_empty_program_is_used_and_noted(tmp_path: Path, data: bytes) -> None:
    """An empty file with the right name is the program; the student learns that it is empty."""
    submission = read(tmp_path / "ada", WHOLE | {"echo-server.py": data})
    assert submission.programs["server"] == "echo-server.py"
    assert codes(submission) == [("empty", "server")]


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf" + SERVER, b"# -*- coding: latin-1 -*-\n# \xe9\n", b"a = 1\r\n\tb\r\n"]
)
def test_bytes_of_a_program_are_left_alone(tmp_path: Path, data: bytes) -> None:
    """Byte-order mark, encoding cookie and line ends reach the box as they were handed in."""
    submission = read(tmp_path / "ada", WHOLE | {"echo-server.py": data})
    assert {file.path: file.data for file in submission.files}["echo-server.py"] == data


def test_a_module_named_like_a_library_stays_beside_its_program(tmp_path: Path) -> None:
    """`socket.py` is a file like any other."""
    assert "socket.py" in paths(read(tmp_path / "ada", WHOLE | {"socket.py": b"x = 1\n"}))


@pytest.mark.parametrize("name", ["echo-server.py", "server.py"])
def test_a_giant_program_cannot_be_graded(tmp_path: Path, name: str) -> None:
    """A program beyond the bound is an error of the hand-in, not a missing program."""
    folder = write(tmp_path / "ada", without_server(**{name: SERVER + b"#" * bounds.MAX_FILE_BYTES}))
    with pytest.raises(SubmissionError, match="larger than 1,024 KiB"):
        read_folder(folder, RUBRIC)


def test_equal_content_has_an_equal_digest(tmp_path: Path) -> None:
    """The digest says what was handed in, not who did; any difference in it shows."""
    ada, bob = read(tmp_path / "ada", WHOLE), read(tmp_path / "bob", WHOLE)
    changed = read(tmp_path / "eve", WHOLE | {"echo-server.py": OTHER_SERVER})
    moved = read(tmp_path / "mal", {**WHOLE, "answers.txt": ANSWERS} | {"answers.md": b"x"})
    assert ada.digest == bob.digest
    assert len({ada.digest, changed.digest, moved.digest}) == 3


def test_digests_cannot_be_made_equal_by_moving_a_border(tmp_path: Path) -> None:
    """A file's end and the next one's beginning are part of the digest."""
    one = read(tmp_path / "ada", WHOLE | {"a": b"b", "c": b""})
    two = read(tmp_path / "bob", WHOLE | {"a": b"", "c": b"b"})
    assert one.digest != two.digest


@pytest.mark.parametrize(
    ("code", "role"),
    [
        (SERVER, "server"),
        (CLIENT, "client"),
        (b"asyncio.start_server(f)", "server"),
        (b"socketserver.TCPServer(a, B).serve_forever()", "server"),
        (b"socket.create_connection(a)", "client"),
        (b"s.bind(a); s.recvfrom(1)", "server"),
        (b"s.bind(a); s.connect(b)", "client"),
        (b"s.accept(); s.connect(b)", "server"),
        (b"# s.listen()\n'''s.accept()'''\ns.connect(a)", "client"),
        (b"print('s.listen()')", None),
        (b"", None),
        (b"\x00\xff\xfe(((", None),
        (b"if x:\n      s.listen(\n   )\n  '''", "server"),
    ],
)
def test_the_words_of_the_code_tell_its_role(code: bytes, role: str | None) -> None:
    """Calls count, in broken code too; comments and strings do not."""
    assert Scan().role(code) == role


@pytest.mark.parametrize("code", [b"(" * 60_000, b"-" * 60_000, b"x." * 30_000, b"'''" * 20_000, b"\\\n" * 30_000])
def test_hostile_source_is_only_split_into_words(code: bytes) -> None:
    """Source that exhausts a compiler is harmless, as it is never compiled."""
    assert Scan().role(code) is None
    assert not Scan().looks_like_python(code)


def padding(number: int) -> bytes:
    """As much code as is looked at of one file, with no role, unlike any other number's."""
    return f"x = {number}\n".encode() * (bounds.MAX_SCANNED_BYTES // 4)


MUCH = bounds.MAX_SCANNED_TOTAL_BYTES // bounds.MAX_SCANNED_BYTES


@pytest.mark.parametrize("kind", ["{}.py", "my_server_{}.py", "old/{}/echo-server.txt"])
def test_of_a_hand_in_only_so_much_code_is_looked_at(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many programs there are whose name does not tell: the time for one hand-in is bounded."""
    taken_apart: list[int] = []
    names = behaviour._names

    def noted(data: bytes) -> frozenset[str]:
        taken_apart.append(len(data))
        return names(data)

    monkeypatch.setattr(behaviour, "_names", noted)
    read(tmp_path / "ada", {kind.format(number): padding(number) for number in range(2 * MUCH)})
    assert sum(taken_apart) == bounds.MAX_SCANNED_TOTAL_BYTES


def test_the_same_code_is_looked_at_once(tmp_path: Path) -> None:
    """Copies do not use up what is looked at."""
    files = {f"{number}.py": padding(0) for number in range(2 * MUCH)}
    assert read(tmp_path / "ada", without_server(**files, **{"z.py": SERVER})).programs["server"] == "z.py"


@pytest.mark.parametrize("name", ["z.py", "z_server.py"])
def test_what_was_not_looked_at_is_for_a_person(tmp_path: Path, name: str) -> None:
    """Behind too much code nobody guesses: neither that this is the server, nor that there is none."""
    front = {name.replace("z", f"a{number}"): padding(number) for number in range(MUCH)}
    submission = read(tmp_path / "ada", without_server(**front, **{name: SERVER}))
    assert "server" not in submission.programs
    assert note(submission, "ambiguous", "server").needs_person
    assert submission.programs["client"] == "echo-client.py"


def test_a_weak_name_is_not_enough_for_code_that_was_not_looked_at(tmp_path: Path) -> None:
    """`talks_to_server.py` may well be a client."""
    front = {f"a{number}_client.py": padding(number) for number in range(MUCH)}
    submission = read(tmp_path / "ada", {"echo-client.py": CLIENT, **front, "talks_to_server.py": CLIENT + b"#"})
    assert "server" not in submission.programs
    assert codes(submission)[0] == ("ambiguous", "server")


def test_names_that_tell_need_no_look(tmp_path: Path) -> None:
    """Much code beside the two programs changes nothing, and they are exchanged all the same if they are swapped."""
    beside = {f"server_part_{number}.py": padding(number) for number in range(2 * MUCH)}
    assert read(tmp_path / "ada", WHOLE | beside).notes == ()
    swapped = read(tmp_path / "bob", WHOLE | beside | {"echo-server.py": CLIENT, "echo-client.py": SERVER})
    assert swapped.programs == {"server": "echo-client.py", "client": "echo-server.py"}


TESTS = {
    "tests/test_echo.py": b"def test_it():\n    " + CLIENT.replace(b"\n", b"\n    "),
    "tests/conftest.py": b"import pytest\n",
    "server_test.py": b"import unittest\n" + CLIENT,
}


def test_tests_are_no_programs(tmp_path: Path) -> None:
    """Those of the teacher connect like a client; whoever handed in nothing handed in no client."""
    submission = read(tmp_path / "ada", TESTS | {"README.md": b"Write a server."})
    assert submission.programs == {}
    assert codes(submission) == [("missing", "server"), ("missing", "client"), ("missing", "answers")]


def test_tests_do_not_compete_with_programs(tmp_path: Path) -> None:
    """They lie beside what was handed in and are not mentioned."""
    submission = read(tmp_path / "ada", TESTS | {"one.py": SERVER, "two.py": CLIENT, "answers.md": ANSWERS})
    assert submission.programs == {"server": "one.py", "client": "two.py"}
    assert codes(submission) == [("misnamed", "server"), ("misnamed", "client")]


def test_a_program_that_is_called_like_a_test_is_a_program(tmp_path: Path) -> None:
    """Who tries something out calls it so."""
    submission = read(tmp_path / "ada", {"test_server.py": SERVER, "test_2.py": CLIENT})
    assert submission.programs == {"server": "test_server.py", "client": "test_2.py"}


def test_an_archive_beside_tests_is_opened(tmp_path: Path) -> None:
    """A student who put a zip into the repository that they started from."""
    submission = read(tmp_path / "ada", TESTS | {"homework.zip": zipped(WHOLE)})
    assert submission.programs == {"server": "echo-server.py", "client": "echo-client.py"}
    assert codes(submission) == [("archive", None)]
