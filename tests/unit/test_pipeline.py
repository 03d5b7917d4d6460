"""The main path: what runs beside what, and what ends a class."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cases import a_check, a_rubric, receive, send
from test_intake_support import RUBRIC, WHOLE, write

from grader.errors import HostError
from grader.intake import Pending, find_submissions
from grader.intake.bounds import MAX_FILE_BYTES
from grader.intake.folders import FolderPlace
from grader.intake.handin import Source
from grader.model import Rubric
from grader.pipeline import Progress, grade_class
from grader.sandbox import host
from grader.store import Store

CHECKED = a_rubric(
    a_check("server.echoes", "connect", send(), receive()),
    a_check("client.sends", "accept", receive("anything")),
)


def graded(pending: list[Pending], rubric: Rubric, out: Path, on_progress: Callable[[Progress], None]) -> None:
    """Grade a class, four at a time."""

    async def grade() -> None:
        with Store.open(out) as store:
            await grade_class(pending, rubric, store, jobs=4, on_progress=on_progress)

    asyncio.run(grade())


def test_hand_ins_are_read_beside_the_event_loop_and_one_at_a_time(tmp_path: Path) -> None:
    """The loop is the peer of every program that runs: it goes on while a hand-in is read."""
    folder = write(tmp_path / "ada", WHOLE)
    readers: list[str] = []
    names: list[str] = []
    went_on: list[bool] = []

    def opening(loop: asyncio.AbstractEventLoop) -> Source:
        ticked = threading.Event()
        loop.call_soon_threadsafe(ticked.set)
        went_on.append(ticked.wait(20))
        readers.append(threading.current_thread().name)
        return FolderPlace(folder).open()

    async def grade() -> None:
        loop = asyncio.get_running_loop()
        pending = [Pending(name, lambda: opening(loop), RUBRIC) for name in "abcdef"]
        with Store.open(tmp_path / "out") as store:
            await grade_class(
                pending, RUBRIC, store, jobs=4, on_progress=lambda progress: names.append(progress.grade.submission)
            )

    asyncio.run(grade())
    assert went_on == [True] * 6
    assert len(set(readers)) == 1
    assert threading.current_thread().name not in readers
    assert sorted(names) == list("abcdef")


@pytest.fixture
def no_boxes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that has lost what boxes are made with."""
    monkeypatch.setenv("PATH", "")
    host.layout.cache_clear()
    yield
    host.layout.cache_clear()


@pytest.mark.usefixtures("no_boxes")
def test_a_machine_that_can_make_no_box_any_more_ends_the_class(tmp_path: Path) -> None:
    """One sentence and exit status 3, and not a harness error for each of the hand-ins that are left."""
    for name in ("ada", "bob", "eve"):
        write(tmp_path / "class" / name, WHOLE)
    done: list[Progress] = []
    with pytest.raises(HostError, match="Install"):
        graded(list(find_submissions([tmp_path / "class"], CHECKED)), CHECKED, tmp_path / "out", done.append)
    assert done == []
    with Store.open(tmp_path / "out") as store:
        assert list(store.latest_grades()) == []


def test_a_note_on_what_the_digest_leaves_out_makes_a_new_grade(tmp_path: Path) -> None:
    """What is too large to be read is no part of a hand-in's content; that somebody has to look at it is news."""
    folder = write(tmp_path / "class" / "ada", {name: data for name, data in WHOLE.items() if name != "answers.md"})
    notes = []
    for _ in range(2):
        done: list[Progress] = []
        graded(list(find_submissions([tmp_path / "class"], RUBRIC)), RUBRIC, tmp_path / "out", done.append)
        (progress,) = done
        notes.append({note.code: note.needs_person for note in progress.grade.notes})
        (folder / "answers.docx").write_bytes(bytes(MAX_FILE_BYTES + 1))
    assert not any(notes[0].values())
    assert any(notes[1].values())
    with Store.open(tmp_path / "out") as store:
        (grade,) = store.latest_grades()
    assert {note.code: note.needs_person for note in grade.notes} == notes[1]
