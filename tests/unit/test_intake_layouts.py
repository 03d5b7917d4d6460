"""What a path may be: one hand-in or a class, as folders or archives, and what the hand-ins are then called."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_intake_support import ANSWERS, CLIENT, RUBRIC, SERVER, WHOLE, codes, found, ids, tarred, write, zipped

from grader.errors import SubmissionError, UsageError
from grader.intake import find_submissions, read_folder


def a_class(*names: str, **more: bytes) -> dict[str, bytes]:
    """The files of a class with a complete hand-in for each name."""
    return {f"{name}/{file}": data for name in names for file, data in WHOLE.items()} | more


def test_a_folder_of_folders_is_a_class(tmp_path: Path) -> None:
    """Each folder is a hand-in called like it; empty ones count, and loose files of the teacher do not."""
    place = write(tmp_path / "class", a_class("bob", "ada", **{"roster.csv": b"", "README.md": b""}))
    (place / "eve").mkdir()
    assert ids(place) == ["ada", "bob", "eve"]
    assert found(place)["ada"].programs == {"server": "echo-server.py", "client": "echo-client.py"}
    assert [code for code, _ in codes(found(place)["eve"])] == ["missing"] * 3


def test_hand_ins_without_programs_still_make_a_class(tmp_path: Path) -> None:
    """Nobody is dropped for having handed in something else."""
    assert ids(write(tmp_path / "class", {"ada/essay.pdf": b"", "bob/x.jpg": b""})) == ["ada", "bob"]


@pytest.mark.parametrize("loose", [{"answers.md": ANSWERS}, {"server.py": SERVER}, {"grade_all.py": b"x = 1\n"}])
def test_a_teachers_file_among_the_folders_does_not_make_it_one_hand_in(
    tmp_path: Path, loose: dict[str, bytes]
) -> None:
    """Two folders with a server each are two hand-ins, whatever lies beside them."""
    assert ids(write(tmp_path / "class", a_class("ada", "bob") | loose)) == ["ada", "bob"]


@pytest.mark.parametrize(
    "files",
    [
        WHOLE,
        {"task1.py": SERVER},
        {"answers.md": ANSWERS},
        {"echo-server.txt": SERVER},
        WHOLE | {"old/echo-server.py": b"", "older/echo-server.py": b""},
        {"answers.md": ANSWERS, "code/echo-server.py": SERVER, "code/echo-client.py": CLIENT},
        {"server/echo-server.py": SERVER, "client/echo-client.py": CLIENT},
        {"My Server/main.py": SERVER, "My Client/main.py": CLIENT, "doc/a.txt": b""},
        {"answers.md": ANSWERS, "work.zip": zipped(WHOLE)},
    ],
)
def test_a_folder_with_work_in_it_is_one_hand_in(tmp_path: Path, files: dict[str, bytes]) -> None:
    """Programs or answers directly in it, or a folder for each program: the path itself is the hand-in."""
    assert ids(write(tmp_path / "ada", files)) == ["ada"]


@pytest.mark.parametrize(
    "folder", ["src", "hw 2", "ada", "echo-assignment", "TCP_sockets", "Week 3", "my echo program"]
)
def test_a_single_folder_named_for_the_work_is_a_wrapper(tmp_path: Path, folder: str) -> None:
    """`ada/src/echo-server.py` is the hand-in `ada`, with its files one folder down."""
    place = write(tmp_path / "ada", a_class(folder))
    assert ids(place) == ["ada"]
    assert codes(found(place)["ada"]) == [("misnamed", "server"), ("misnamed", "client")]


@pytest.mark.parametrize("folder", ["bob", "submission-17", "jane doe", "s123456", "123456", "tcp-echo-jane"])
def test_a_single_folder_of_another_name_is_a_class_of_one(tmp_path: Path, folder: str) -> None:
    """`class/bob/echo-server.py` is the hand-in `bob`, with its files where they belong."""
    place = write(tmp_path / "class", a_class(folder))
    assert ids(place) == [folder]
    assert found(place)[folder].notes == ()


def test_a_class_of_one_may_have_its_files_in_a_folder(tmp_path: Path) -> None:
    """`class/bob/deep/echo-server.py` is the hand-in `bob`."""
    place = write(tmp_path / "class", a_class("bob/deep"))
    assert ids(place) == ["bob"]
    assert codes(found(place)["bob"]) == [("misnamed", "server"), ("misnamed", "client")]


def test_a_class_in_a_single_folder_is_found(tmp_path: Path) -> None:
    """`download/class/ada` and so on: the wrapper is passed through."""
    assert ids(write(tmp_path / "download", a_class("class/ada", "class/bob"))) == ["ada", "bob"]


@pytest.mark.parametrize("end", ["zip", "tar", "tar.gz", "tgz"])
@pytest.mark.parametrize("wrapper", ["", "class/", "./"])
def test_an_archive_of_a_class_is_a_class(tmp_path: Path, end: str, wrapper: str) -> None:
    """With or without a folder around it, and with what macOS adds."""
    files = {f"{wrapper}{path}": data for path, data in a_class("ada", "bob").items()}
    files |= {"__MACOSX/ada/._echo-server.py": b"junk", f"{wrapper}ada/.DS_Store": b"junk"}
    data = zipped(files) if end == "zip" else tarred(files, "w" if end == "tar" else "w:gz")
    path = tmp_path / f"class.{end}"
    path.write_bytes(data)
    assert ids(path) == ["ada", "bob"]
    assert found(path)["bob"].programs == {"server": "echo-server.py", "client": "echo-client.py"}
    assert found(path)["bob"].notes == ()


@pytest.mark.parametrize("wrapper", ["", "ada/", "homework/", "./"])
@pytest.mark.parametrize("end", ["zip", "tar.gz"])
def test_an_archive_of_one_hand_in_is_called_like_the_archive(tmp_path: Path, end: str, wrapper: str) -> None:
    """A folder that the archiver put around the files is no mistake of the student."""
    files = {f"{wrapper}{path}": data for path, data in WHOLE.items()}
    path = tmp_path / f"ada.{end}"
    path.write_bytes(zipped(files) if end == "zip" else tarred(files))
    assert ids(path) == ["ada"]
    assert found(path)["ada"].notes == ()
    assert read_folder(path, RUBRIC) == found(path)["ada"]


def test_a_folder_of_archives_is_a_class(tmp_path: Path) -> None:
    """Each archive is one hand-in, called like it; one that cannot be read appears all the same."""
    archives = {"ada.zip": zipped(WHOLE), "bob.tar.gz": tarred(a_class("some folder")), "eve.zip": b"PK\x03\x04 no"}
    place = write(tmp_path / "class", archives | {"mal.rar": b"Rar!", "zoe/echo-server.py": SERVER})
    pending = {each.id: each for each in find_submissions([place], RUBRIC)}
    assert list(pending) == ["ada", "bob", "eve", "mal", "zoe"]
    assert pending["ada"].read().notes == pending["bob"].read().notes == ()
    for broken in ("eve", "mal"):
        with pytest.raises(SubmissionError, match=f"`{broken}\\."):
            pending[broken].read()


def test_an_archive_of_archives_is_a_class(tmp_path: Path) -> None:
    """As learning platforms hand them out."""
    path = tmp_path / "class.zip"
    path.write_bytes(zipped({"ada.zip": zipped(WHOLE), "bob.tgz": tarred(WHOLE)}))
    assert [each.notes for each in found(path).values()] == [(), ()]
    assert ids(path) == ["ada", "bob"]


def test_everything_in_a_zip_is_read_and_noted(tmp_path: Path) -> None:
    """A hand-in that is a folder with one archive in it is read from inside the archive."""
    place = write(tmp_path / "class", a_class("ada") | {"bob/hw.zip": zipped(a_class("hw"))})
    bob = found(place)["bob"]
    assert bob.programs == {"server": "echo-server.py", "client": "echo-client.py"}
    assert codes(bob) == [("archive", None)]


def test_several_paths_are_one_batch(tmp_path: Path) -> None:
    """Ids are in order over all paths, and a name that comes twice gets a number."""
    first = write(tmp_path / "a", a_class("zoe", "ada", "bob"))
    second = write(tmp_path / "b", a_class("ada", "bob", "bob (2)"))
    assert ids(first, second) == ["ada", "ada (2)", "bob", "bob (2)", "bob (2) (2)", "zoe"]


def test_the_same_path_twice_is_one_path(tmp_path: Path) -> None:
    """However it is written, and also through a link of the teacher's."""
    place = write(tmp_path / "class", a_class("ada", "bob"))
    (tmp_path / "link").symlink_to(place)
    assert ids(place, tmp_path / "x" / ".." / "class", tmp_path / "link") == ["ada", "bob"]


def test_paths_of_single_hand_ins_are_called_like_the_paths(tmp_path: Path) -> None:
    """`grade class/*`: each path is a hand-in, even an empty one or one with everything in a folder."""
    place = write(tmp_path, a_class("ada", "bob/deep") | {"eve/x.txt": b"", "ida.zip": zipped(a_class("deep"))})
    (place / "mal").mkdir()
    batch = found(*(place / name for name in ("ada", "bob", "eve", "mal", "ida.zip")))
    assert list(batch) == ["ada", "bob", "eve", "ida", "mal"]
    assert set(batch["bob"].programs) == set(batch["ida"].programs) == {"server", "client"}


@pytest.mark.parametrize("name", ["nowhere", "notes.txt", "empty", "docs", "empty.zip"])
def test_a_path_without_hand_ins_is_a_usage_error(tmp_path: Path, name: str) -> None:
    """It is said at once, and with what to give instead."""
    write(tmp_path, {"notes.txt": b"", "docs/roster.csv": b"", "empty.zip": zipped({})})
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=rf"{name}: .*\. "):
        find_submissions([tmp_path / name], RUBRIC)


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 3000, "loop", "notes.txt/ada"])
def test_a_path_that_cannot_be_followed_is_a_usage_error(tmp_path: Path, name: str) -> None:
    """Too long for the system, in a circle, or through a file."""
    write(tmp_path, {"notes.txt": b""})
    (tmp_path / "loop").symlink_to("loop")
    for look in (lambda path: find_submissions([path], RUBRIC), lambda path: read_folder(path, RUBRIC)):
        with pytest.raises(UsageError, match=r"Check the path"):
            look(tmp_path / name)


def test_a_damaged_archive_is_a_hand_in_that_cannot_be_read(tmp_path: Path) -> None:
    """The batch goes on, and the results name it."""
    (tmp_path / "ada.zip").write_bytes(zipped(WHOLE)[:-30])
    (pending,) = find_submissions([tmp_path / "ada.zip"], RUBRIC)
    assert pending.id == "ada"
    with pytest.raises(SubmissionError, match="damaged"):
        pending.read()


def test_finding_reads_no_hand_in(tmp_path: Path) -> None:
    """Files that appear after the search are in what is read."""
    place = write(tmp_path / "class", a_class("ada", "bob"))
    first, _ = find_submissions([place], RUBRIC)
    write(place / "ada", {"late.txt": b"x"})
    assert "late.txt" in [file.path for file in first.read().files]


def test_a_folder_to_check_is_one_hand_in_whatever_is_in_it(tmp_path: Path) -> None:
    """`grade check` takes the folder as the student's own; one that does not exist is a usage error."""
    assert read_folder(write(tmp_path / "class", a_class("a", "b")), RUBRIC).id == "class"
    with pytest.raises(UsageError, match="no such"):
        read_folder(tmp_path / "nowhere", RUBRIC)


@pytest.mark.parametrize("around", ["week3/submissions", "a/b/c", "hw/src"])
@pytest.mark.parametrize("kind", ["folder", "zip", "tar.gz"])
def test_folders_around_a_class_are_no_hand_in(tmp_path: Path, around: str, kind: str) -> None:
    """However many there are, and whatever they are called."""
    files = {f"{around}/{path}": data for path, data in a_class("ada", "bob", "eve").items()}
    place = tmp_path / f"class.{kind}"
    if kind == "folder":
        write(place, files)
    else:
        place.write_bytes(zipped(files) if kind == "zip" else tarred(files))
    assert ids(place) == ["ada", "bob", "eve"]
    assert all(set(each.programs) == {"server", "client"} for each in found(place).values())


def test_folders_around_one_hand_in_are_its_own(tmp_path: Path) -> None:
    """One person's programs in folders are no class."""
    assert ids(write(tmp_path / "class", {f"ada/hw/src/{path}": data for path, data in WHOLE.items()})) == ["ada"]


def test_folders_around_the_download_of_a_platform_are_no_hand_in(tmp_path: Path) -> None:
    """A download that was unpacked into a folder of a folder."""
    files = {f"a/b/{who}_{5 + n}_assignsubmission_file/{path}": b"x" for n, who in enumerate("xy") for path in WHOLE}
    assert ids(write(tmp_path / "class", files)) == ["x_5", "y_6"]


def test_the_results_of_an_earlier_run_are_no_hand_in(tmp_path: Path) -> None:
    """`grade .` a second time, with one student and with several, and `grade *`; by whatever path they are named."""
    place = write(tmp_path / "class", a_class("ada", "bob") | {"results/grades.sqlite": b"", "results/students/x": b""})
    (tmp_path / "link").symlink_to(place)
    for results in (place / "results", tmp_path / "link" / "results"):
        assert [each.id for each in find_submissions([place], RUBRIC, results)] == ["ada", "bob"]
        assert [each.id for each in find_submissions(list(place.iterdir()), RUBRIC, results)] == ["ada", "bob"]
    one = write(tmp_path / "one", {f"ada/{path}": data for path, data in WHOLE.items()} | {"out/grades.sqlite": b""})
    (alone,) = find_submissions([one], RUBRIC, one / "out")
    (as_before,) = find_submissions([one / "ada"], RUBRIC)
    assert alone.id == "ada"
    assert alone.read().digest == as_before.read().digest
    write(one / "ada", {"results/students/ada/feedback.md": b"## Question 1\n", "results/grades.sqlite": b""})
    (again,) = find_submissions([one / "ada"], RUBRIC, one / "ada" / "results")
    assert [file.path for file in again.read().files] == sorted(WHOLE)


def test_results_do_not_go_into_what_is_graded(tmp_path: Path) -> None:
    """Their folders would be hand-ins of the next run. One that holds results already is only left out of several."""
    place = write(tmp_path / "class", a_class("ada", "bob"))
    for places in ([place], [place / "ada", place]):
        with pytest.raises(UsageError, match=r"cannot go into what is graded.*-o .*/class/results"):
            find_submissions(places, RUBRIC, place)
    write(place, {"grades.sqlite": b""})
    with pytest.raises(UsageError, match="cannot go into"):
        find_submissions([place], RUBRIC, place)
