"""A copy of a store holds what the store holds, and taking it leaves no trace beside it."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import NoReturn

import grades
import pytest
from traces import traces

from grader.errors import StoreError
from grader.store import Store
from grader.store.copying import copy_store
from grader.store.lock import no_batch_writing

PLAN = "p" * 64


def stored(folder: Path) -> list[str]:
    with Store.open(folder) as store:
        return [grade.submission for grade in store.latest_grades()]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "results") as store:
        store.save(grades.a_grade(), {"server": grades.a_record()}, PLAN)
    return tmp_path / "results"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def test_a_copy_holds_the_same_and_the_original_is_as_it_was(results: Path, scratch: Path) -> None:
    """To the byte and to the time of change, also after the copy has been written to."""
    before = traces(results)
    assert copy_store(results, scratch)
    with Store.open(scratch) as store:
        store.save(grades.a_grade(submission="bob"), {}, PLAN)
    assert traces(results) == before
    assert stored(scratch) == ["ada", "bob"]


def test_what_a_killed_batch_left_in_its_log_is_in_the_copy(tmp_path: Path, results: Path, scratch: Path) -> None:
    """The log is folded into the copy and stays as it is beside the original."""
    killed = tmp_path / "killed"
    with Store.open(results) as store:
        store.save(grades.a_grade(submission="bob"), {}, PLAN)
        store.flush()
        shutil.copytree(results, killed, ignore=shutil.ignore_patterns("*-shm"))
    assert (killed / "grades.sqlite-wal").stat().st_size
    before = traces(killed)
    assert copy_store(killed, scratch)
    assert traces(killed) == before
    assert stored(scratch) == ["ada", "bob"]


def test_a_folder_without_results_has_no_copy(tmp_path: Path, scratch: Path) -> None:
    """Whether it is empty or not there at all."""
    (tmp_path / "empty").mkdir()
    assert not copy_store(tmp_path / "empty", scratch)
    assert not copy_store(tmp_path / "nowhere", scratch)
    assert list(scratch.iterdir()) == []


def test_results_that_are_being_written_are_not_copied(results: Path, scratch: Path) -> None:
    """The message names the process that writes."""
    with Store.open(results), pytest.raises(StoreError, match=rf"another grade run \(process {os.getpid()}\)"):
        copy_store(results, scratch)
    assert copy_store(results, scratch)


def test_two_copies_may_be_taken_at_once(results: Path, scratch: Path) -> None:
    """Who only reads keeps nobody from reading; and a batch waits for neither when they are done."""
    with no_batch_writing(results):
        assert copy_store(results, scratch)
    assert stored(results) == ["ada"]


@pytest.mark.parametrize("name", ["grades.sqlite", "grades.sqlite-wal"])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_plain_file_is_refused(name: str, kind: str, results: Path, scratch: Path, tmp_path: Path) -> None:
    """A link is not followed, a pipe not waited for."""
    path = results / name
    path.unlink(missing_ok=True)
    (tmp_path / "secret").write_text("secret")
    match kind:
        case "link":
            path.symlink_to(tmp_path / "secret")
        case "pipe":
            os.mkfifo(path)
        case _:
            path.mkdir()
    with pytest.raises(StoreError, match="not a results file"):
        copy_store(results, scratch)
    assert "secret" not in [one.read_text(errors="replace") for one in scratch.iterdir() if one.stat().st_size < 10]


def test_no_room_for_the_copy_names_where_it_should_go(
    results: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cure is there, not at the results."""

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StoreError, match=rf"{scratch.parent}: no room for a copy .* TMPDIR"):
        copy_store(results, scratch)


def test_results_that_cannot_be_read_are_told(results: Path, scratch: Path, tmp_path: Path) -> None:
    """With the system's reason; a lock that is a link is not followed."""
    (results / ".grades.lock").unlink()
    (results / ".grades.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=r"results cannot be read \(Too many levels of symbolic links\)"):
        copy_store(results, scratch)
