"""What was stored stays, whole, whatever ends the process; what cannot be stored or read says why."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import grades
import pytest

from grader.errors import StoreError
from grader.store import Store
from grader.store.database import FILE_NAME

PLAN = "p" * 64


def ids(store: Store) -> list[str]:
    return [grade.submission for grade in store.latest_grades()]


# --- the end of the process -----------------------------------------------------------------------------------------


CHILD = """
import os, signal, sys
from pathlib import Path
import grades
from grader.store import Store
store = Store.open(Path(sys.argv[1]))
for number in range(5):
    store.save(grades.a_grade(submission=f"s{number}"), {"server": grades.a_record()}, "p" * 64)
store.flush()
if sys.argv[2] != "flushed":
    store._flushed_at = float("inf")
    for number in range(5, 9):
        store.save(grades.a_grade(submission=f"s{number}"), {"server": grades.a_record()}, "p" * 64)
os.kill(os.getpid(), signal.SIGKILL)
"""


def run_child(source: str, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    command = [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)]
    return subprocess.run(command, env=environment, text=True, capture_output=True, timeout=60, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["flushed", "in the middle of a batch"])
def test_what_was_flushed_survives_kill_9(tmp_path: Path, moment: str) -> None:
    """A killed batch has kept all that was flushed, nothing by halves, and the next one can open the folder."""
    child = run_child(CHILD, tmp_path, moment)
    assert child.returncode == -signal.SIGKILL, child.stderr
    with Store.open(tmp_path) as store:
        assert ids(store) == [f"s{number}" for number in range(5)]
        assert store.stored_records("a" * 64, PLAN) == {"server": grades.a_record()}


def test_saving_flushes_by_itself_after_a_batch(tmp_path: Path) -> None:
    """At most 64 submissions wait for their flush; another reader sees the others."""
    with Store.open(tmp_path) as store:
        store._flushed_at = float("inf")
        for number in range(70):
            store.save(grades.a_grade(submission=f"s{number}"), {}, PLAN)
        count = sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT count(*) FROM grades").fetchone()
        assert count == (64,)


def test_a_slow_batch_is_flushed_by_time(tmp_path: Path) -> None:
    """A submission saved half a second after the last flush is committed at once."""
    with Store.open(tmp_path) as store:
        store._flushed_at -= 1.0
        store.save(grades.a_grade(), {}, PLAN)
        assert sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT count(*) FROM grades").fetchone() == (1,)


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_second_batch_in_the_same_folder_is_told_to_wait(tmp_path: Path) -> None:
    """Two batches never write into one folder; when the first ends, the second may."""
    with (
        Store.open(tmp_path),
        pytest.raises(StoreError, match=rf"another grade run \(process {os.getpid()}\).*`-o`"),
    ):
        Store.open(tmp_path)
    Store.open(tmp_path).close()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be one" * 30, b"\0" * 5000])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """What is not ours is named, and not overwritten."""
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(StoreError, match="not a results file of `grade`, or is damaged"):
        Store.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    """A database of another program gets none of our tables."""
    other = sqlite3.connect(tmp_path / FILE_NAME)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.commit()
    with pytest.raises(StoreError, match="not a results file"):
        Store.open(tmp_path)
    assert other.execute("SELECT name FROM sqlite_schema").fetchall() == [("recipes",)]


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    """A file from a newer version says so instead of being misread."""
    Store.open(tmp_path).close()
    database = sqlite3.connect(tmp_path / FILE_NAME)
    database.execute("UPDATE meta SET value = '99'")
    database.commit()
    with pytest.raises(StoreError, match=r"newer `grade` \(format 99; this one knows 1\)\. Upgrade"):
        Store.open(tmp_path)


def test_a_damaged_row_is_named(tmp_path: Path) -> None:
    """A row that cannot be read ends in a message, not in a traceback."""
    Store.open(tmp_path).close()
    database = sqlite3.connect(tmp_path / FILE_NAME)
    database.execute("INSERT INTO submissions VALUES (1, 'ada', 'd', 'ada', 'now')")
    database.execute("INSERT INTO grades VALUES (1, 'ada', 'd', 'r', 'p', '0', 'graded', '{\"points\":', 'now')")
    database.execute("INSERT INTO records VALUES (1, 'd', 'p', 1, x'00', NULL, 'now')")
    database.commit()
    with Store.open(tmp_path) as store:
        with pytest.raises(StoreError, match="a stored grade cannot be read"):
            list(store.latest_grades())
        with pytest.raises(StoreError, match="a stored run record cannot be read"):
            store.stored_records("d", "p")


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    """`-o` on an existing file says that it is no folder."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is not a folder"):
        Store.open(tmp_path / "file")
    with pytest.raises(StoreError, match="is not a folder"):
        Store.open(tmp_path / "file" / "below")


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    """A planted link does not make us write elsewhere."""
    target = tmp_path / "target"
    target.write_text("precious")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / ".grades.lock").symlink_to(target)
    with pytest.raises(StoreError, match="cannot be stored"):
        Store.open(tmp_path / "results")
    assert target.read_text() == "precious"


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    """Results are never written through a link that somebody left there."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / FILE_NAME).symlink_to(tmp_path / "elsewhere.sqlite")
    with pytest.raises(StoreError, match="not a results file"):
        Store.open(tmp_path / "results")
    assert not (tmp_path / "elsewhere.sqlite").exists()


AS_NOBODY = """
import os, sys
from pathlib import Path
from grader.errors import StoreError
from grader.store import Store
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    Store.open(Path(sys.argv[1]))
except StoreError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.parametrize("folder", [".", "new"])
def test_a_read_only_folder_is_named(tmp_path: Path, folder: str) -> None:
    """Without the right to write, one reads where and what to do. (Root may write anywhere; the child is nobody.)"""
    for path in (tmp_path, *list(tmp_path.parents)[:2]):
        path.chmod(0o755)
    tmp_path.chmod(0o555)
    child = run_child(AS_NOBODY, tmp_path / folder)
    assert "cannot be written. Check who owns the folder" in child.stdout, child.stdout + child.stderr


FILLS_THE_DISK = """
import resource, signal, sys
from pathlib import Path
import grades
from grader.errors import StoreError
from grader.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store.open(Path(sys.argv[1]))
store.save(grades.a_grade(submission="first"), {}, "p")
store.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    for number in range(2000):
        store.save(grades.a_grade(submission=f"s{number}"), {}, "p")
    store.flush()
except StoreError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_full_disk_says_so_and_keeps_what_was_stored(tmp_path: Path) -> None:
    """When no more can be written, the message says what to do, and the next run goes on from what was flushed."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    child = run_child(FILLS_THE_DISK, tmp_path)
    assert "the disk is full. What was stored before is safe." in child.stdout, child.stdout + child.stderr
    with Store.open(tmp_path) as store:
        kept = ids(store)
        assert kept[0] == "first"
        store.save(grades.a_grade(submission="last"), {}, PLAN)
        assert len(ids(store)) == len(kept) + 1


def test_the_first_error_is_the_one_that_is_told(tmp_path: Path) -> None:
    """An error inside the batch is not hidden by closing the store, and what was saved is kept."""

    def stopped_batch() -> None:
        with Store.open(tmp_path) as store:
            store.save(grades.a_grade(), {}, PLAN)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped_batch()
    with Store.open(tmp_path) as store:
        assert ids(store) == ["ada"]
        store.close()
        store.close()
