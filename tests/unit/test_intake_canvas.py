"""Downloads of Canvas: whose each file is, what it is called, what is said, and what is not a download of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from test_intake_support import (
    ANSWERS,
    CLIENT,
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


def canvas(person: str, first: int, files: Mapping[str, bytes] = WHOLE) -> dict[str, bytes]:
    """The uploads of one person, with attachment ids from `first` on."""
    return {f"{person}_{first + place}_{file}": data for place, (file, data) in enumerate(files.items())}


BOB = canvas("bauerbob_1235", 900)


def of(batch: Mapping[str, Submission], name: str = "doejane_1234") -> Submission:
    """One of a class of two, in which Bob is as in a plain folder."""
    assert set(batch) == {name, "bauerbob_1235"}
    assert batch["bauerbob_1235"].notes == ()
    return batch[name]


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("doejane_1234", "doejane_1234"),
        ("o_doejane_1234", "o_doejane_1234"),
        ("doe2jane_1234", "doe2jane_1234"),
        ("अनिलकुमार_1234", "अनिलकुमार_1234"),
        ("mu\u0308llerzoe\u0308_1234", "mu\u0308llerzoe\u0308_1234"),
        ("_1234", "1234"),
    ],
)
def test_uploads_of_canvas_are_put_together(handed: Handed, person: str, name: str) -> None:
    """All files of one person are one hand-in, as if they lay in a folder, and called by name and user id."""
    submission = of(found(handed(canvas(person, 500) | BOB)), name)
    assert submission.programs == FOUND
    assert paths(submission) == sorted(WHOLE)
    assert submission.answers == ANSWERS.decode()
    assert submission.notes == ()


def test_the_digest_is_that_of_the_same_files_in_a_folder(tmp_path: Path, handed: Handed) -> None:
    """How a hand-in was downloaded changes nothing about what is graded."""
    (plain,) = found(write(tmp_path / "plain", {f"ada/{file}": data for file, data in WHOLE.items()})).values()
    assert of(found(handed(canvas("doejane_1234", 500) | BOB))).digest == plain.digest


def test_the_id_stays_when_the_attachments_change(handed: Handed) -> None:
    """Attachment ids are others after each upload, and are no part of the id."""
    assert ids(handed(canvas("doejane_1234", 777) | canvas("bauerbob_1235", 100))) == ["bauerbob_1235", "doejane_1234"]


@pytest.mark.parametrize("late", ["LATE", "late"])
def test_late_is_said_and_costs_nothing(handed: Handed, late: str) -> None:
    """The mark is no part of the id; the last note says it, and no person is asked."""
    submission = of(found(handed(canvas(f"doejane_{late}_1234", 500) | BOB)))
    assert codes(submission) == [("late", None)]
    assert not note(submission, "late").needs_person


def test_anonymous_uploads_of_canvas(handed: Handed) -> None:
    """Without names the anonymous id is the id."""
    download = canvas("anon_Xy3q1", 500) | canvas("LATE_anon_77777", 600) | {"anon_bb_text.html": PAGE % b""}
    batch = found(handed(download))
    assert {name: one.answers for name, one in batch.items()} == {
        "anon_77777": ANSWERS.decode(),
        "anon_Xy3q1": ANSWERS.decode(),
        "anon_bb": TYPED,
    }
    assert codes(batch["anon_77777"]) == [("late", None)]


def test_groups_called_by_numbers(handed: Handed) -> None:
    """`team_5` is the name, not a user id, where every name ends like that."""
    download = canvas("team_1_700", 500) | canvas("team_2_701", 510) | canvas("team_3_LATE_702", 520)
    batch = found(handed(download))
    assert list(batch) == ["team_1_700", "team_2_701", "team_3_702"]
    assert all(one.programs == FOUND for one in batch.values())


def test_members_of_a_group_that_are_graded_one_by_one(handed: Handed) -> None:
    """The same uploads, with the same attachment ids, under each name."""
    batch = found(handed(canvas("doejane_1234", 500) | canvas("bauerbob_1235", 500)))
    assert [one.programs for one in batch.values()] == [FOUND, FOUND]


def test_marks_of_resubmission_are_taken_off(handed: Handed) -> None:
    """Canvas calls a second upload `…-1.py`: neither the student's mistake nor a name that a program could import."""
    uploads = {
        "echo-server-1.py": b"import helper\n" + SERVER,
        "echo-client-12.py": CLIENT,
        "answers-0c0ae3a5-0b7c-4a4e-9d6e-8a3b1f0c9d10.md": ANSWERS,
        "helper-1.py": b"",
        "input-1.txt": b"",
    }
    submission = of(found(handed(canvas("doejane_1234", 500, uploads) | BOB)))
    assert paths(submission) == ["answers.md", "echo-client.py", "echo-server.py", "helper.py", "input-1.txt"]
    assert submission.notes == ()


def test_of_two_uploads_the_last_counts(handed: Handed) -> None:
    """Whatever they are called, the higher attachment id is the later one; the note says that there were two."""
    first = {"doejane_1234_999_echo-server-1.py": b"# old", "doejane_1234_1000_echo-server.py": SERVER}
    second = {"doejane_1234_1001_echo-client.py": b"# old", "doejane_1234_1002_echo-client-1.py": CLIENT}
    submission = of(found(handed(first | second | {"doejane_1234_1003_answers.md": ANSWERS} | BOB)))
    assert {file.path: file.data for file in submission.files} == WHOLE
    assert codes(submission) == [("unused", None)] * 2


def test_numbers_that_may_be_the_students_own_stay(handed: Handed) -> None:
    """`part-1.py` and `part-2.py` are two files; `tasks.py` beside `tasks-1.py` too."""
    uploads = dict.fromkeys(("part-1.py", "part-2.py", "tasks.py", "tasks-1.py"), b"")
    submission = of(found(handed(canvas("doejane_1234", 500, WHOLE | uploads) | BOB)))
    assert paths(submission) == sorted([*WHOLE, *uploads])


def test_one_archive_of_a_person_is_read(handed: Handed) -> None:
    """As in a folder."""
    submission = of(found(handed(canvas("doejane_1234", 500, {"hw.zip": zipped(WHOLE)}) | BOB)))
    assert submission.programs == FOUND
    assert codes(submission) == [("archive", None)]


def test_a_text_entry_is_the_answers(handed: Handed) -> None:
    """The page that Canvas makes of it has a heading of its own, which is not the student's."""
    page = PAGE % b"<h1>Echo: Jane Doe</h1>"
    submission = of(found(handed({"doejane_LATE_1234_text.html": page} | BOB)))
    assert submission.answers == TYPED
    assert codes(submission) == [("missing", "server"), ("missing", "client"), ("typed", "answers"), ("late", None)]
    assert submission.files == ()


def test_an_address_is_for_a_person(handed: Handed) -> None:
    """It is not followed, and not taken for answers."""
    submission = of(found(handed({"doejane_1234_link.html": b"<a href='https://example.org'>x</a>"} | BOB)))
    assert note(submission, "link").needs_person
    assert (submission.answers, submission.files) == (None, ())


def test_names_that_students_chose_may_look_like_anything(handed: Handed) -> None:
    """What follows the attachment id is the file's name, however it is written."""
    uploads = {"1234_567_echo-server.py": SERVER, "text.html": b"x", "a_assignsubmission_file_b.py": b"", "-rf": b""}
    submission = of(found(handed(canvas("doejane_1234", 500, uploads) | BOB)))
    assert paths(submission) == sorted(uploads)


# --- Canvas: what is not a download of it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ["a_1_2_b", "a_1_3_b", "c_4_5_d"],
        ["a_1_2_b", "c_1_3_d"],
        ["smith_2024_01_lab", "jones_2024_01_lab"],
        ["smith_2024_11_lab", "jones_2024_11_lab"],
        ["lab_1_101_smith", "lab_1_102_jones", "lab_1_103_doe"],
        ["lab_1_101_smith", "lab_2_102_jones", "lab_3_103_doe"],
        ["lab_1_1_smith", "lab_1_2_jones", "lab_1_3_doe"],
        ["lab_1_1_smith", "lab_2_2_jones", "lab_3_3_doe"],
        ["doejane_1234_500_hw", "ada", "bob", "eve", "zoe"],
    ],
)
@pytest.mark.parametrize("archived", [False, True])
def test_other_peoples_names_with_numbers_stay_whole(tmp_path: Path, names: list[str], archived: bool) -> None:
    """Each is a hand-in of its own, called like it, as folders and as archives."""
    files = {f"{name}.zip": zipped(WHOLE) for name in names}
    if not archived:
        files = {f"{name}/{file}": data for name in names for file, data in WHOLE.items()}
    assert ids(write(tmp_path / "class", files)) == sorted(names)


@pytest.mark.parametrize(
    "files",
    [
        ["task_1_1_server.py", "task_2_2_client.py"],
        ["task_1_101_server.py", "task_2_102_client.py"],
        ["server_2024_1130_final.py", "client_2024_1130_final.py"],
        ["server_2024_1130_final.py", "client_2024_1131_final.py"],
        ["server_1_2_old.py", "client_3_4_old.py", "echo-server.py", "echo-client.py", "answers.md"],
        ["doejane_1234_500_echo-server.py", "doejane_1234_501_echo-client.py"],
        ["my program_1234_500_server.py", "other program_1235_501_client.py"],
    ],
)
def test_one_hand_in_with_numbers_in_its_names_is_one(tmp_path: Path, files: list[str]) -> None:
    """There have to be two people, and nothing that contradicts it."""
    assert ids(write(tmp_path / "ada", dict.fromkeys(files, SERVER))) == ["ada"]


# --- what lies beside -----------------------------------------------------------------------------------------------


def test_a_file_of_nobody_that_looks_like_work_is_in_the_results(handed: Handed) -> None:
    """A roster is the teacher's; a program may be a student's, so the results name it."""
    download = canvas("doejane_1234", 500) | BOB | {"echo-server.py": SERVER, "roster.csv": b"", "eve/answers.md": b"x"}
    pending = {each.id: each for each in find_submissions([handed(download)], RUBRIC)}
    assert list(pending) == ["bauerbob_1235", "doejane_1234", "eve", "files of nobody"]
    with pytest.raises(SubmissionError, match=r"`echo-server\.py`"):
        pending["files of nobody"].read()


def test_hand_ins_beside_a_download_are_hand_ins(handed: Handed) -> None:
    """A folder or an archive that came by mail is one more, called like it."""
    beside = {"eve/echo-server.py": SERVER, "mal.zip": zipped(WHOLE)}
    batch = found(handed(canvas("doejane_1234", 500) | BOB | beside))
    assert list(batch) == ["bauerbob_1235", "doejane_1234", "eve", "mal"]
    assert batch["mal"].programs == FOUND


# --- hostile --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["..", "...", ".bashrc", "~$x.py", "a\nb.py", "\u202eyp.x", "-o", "x" * 200 + ".py"])
def test_hostile_names_of_uploads_stay_names(handed: Handed, name: str) -> None:
    """They go through what all names go through: none leads outside, hidden ones are left out."""
    submission = of(found(handed(canvas("doejane_1234", 500, WHOLE | {name: b"x = 1\n"}) | BOB)))
    assert submission.programs == FOUND
    kept = set(paths(submission)) - set(WHOLE)
    assert kept == ({name} if name in ("a\nb.py", "\u202eyp.x", "-o", "x" * 200 + ".py") else set())


def test_links_and_hard_links_in_a_download_are_not_followed(tmp_path: Path) -> None:
    """They are not opened, as in a folder."""
    secret = write(tmp_path / "secret", {"s.py": b"secret"}) / "s.py"
    place = write(tmp_path / "download", canvas("doejane_1234", 500) | BOB)
    (place / "doejane_1234_700_helper.py").symlink_to(secret)
    (place / "doejane_1234_701_other.py").hardlink_to(secret)
    submission = found(place)["doejane_1234"]
    assert paths(submission) == sorted(WHOLE)
    assert "`other.py`" in note(submission, "left-out").message


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_fifty_thousand_files_of_a_class(tmp_path: Path, form: str) -> None:
    """Seen at once; each person's files are found without looking through all of them again."""
    download = {
        f"s{person}_{person + 1}_{person * 9 + at + 100}_f{at}.py": b"" for person in range(5_600) for at in range(9)
    }
    if form == "zip":
        place = tmp_path / "download.zip"
        place.write_bytes(zipped(download))
    else:
        place = write(tmp_path / "download", download)
    pending = list(find_submissions([place], RUBRIC))
    assert len(pending) == 5_600
    assert [len(each.read().files) for each in pending[::7]] == [9] * 800


def test_too_many_files_of_one_person_are_an_error_of_that_hand_in(tmp_path: Path) -> None:
    """As in a folder; the others are read."""
    many = dict.fromkeys((f"f{at}.txt" for at in range(bounds.MAX_ENTRIES + 1)), b"")
    place = write(tmp_path / "download", canvas("doejane_1234", 5000, many) | BOB)
    pending = {each.id: each for each in find_submissions([place], RUBRIC)}
    assert set(pending["bauerbob_1235"].read().programs) == {"server", "client"}
    with pytest.raises(SubmissionError, match="doejane_1234"):
        pending["doejane_1234"].read()
