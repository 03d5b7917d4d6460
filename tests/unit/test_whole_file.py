"""A file is there whole, or as it was before: whatever ends the writing, and whatever lies in its place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.whole_file import write_whole

ROOT = Path(__file__).parents[2]
KINDS: list[dict[str, bool]] = [{}, {"somebodys": True}, {"only_writer": True}]
AT_MOST = 100_000
WRITES_TOO_MUCH = f"""
import resource, signal, sys
from pathlib import Path
from grader.whole_file import write_whole
signal.signal(signal.SIGXFSZ, signal.{{}})
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, ({AT_MOST}, {AT_MOST}))
write_whole(Path(sys.argv[1]), bytes({2 * AT_MOST}), **{{}})
"""


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """New files may be read by all and written by their owner."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def write_in_a_child(path: Path, on_too_much: str, kind: dict[str, bool]) -> subprocess.CompletedProcess[str]:
    program = WRITES_TOO_MUCH.format(on_too_much, kind)
    return subprocess.run([sys.executable, "-c", program, path], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kind", KINDS)
def test_it_holds_what_was_written(kind: dict[str, bool], tmp_path: Path) -> None:
    """New or there already, to the byte, and nothing lies about."""
    for data in (b"new\r\n\n", b"", b"\x00\xff"):
        write_whole(tmp_path / "f", data, **kind)
        assert (tmp_path / "f").read_bytes() == data
        assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_is_full_leaves_the_old_file(kind: dict[str, bool], tmp_path: Path) -> None:
    """The system takes a part of the bytes and refuses the rest: the part goes away again, and the error is told."""
    (tmp_path / "f").write_bytes(b"old")
    child = write_in_a_child(tmp_path / "f", "SIG_IGN", kind)
    assert "OSError: [Errno 27] File too large" in child.stderr
    assert (os.listdir(tmp_path), (tmp_path / "f").read_bytes()) == (["f"], b"old")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_in_the_middle_leaves_the_old_file(kind: dict[str, bool], tmp_path: Path) -> None:
    """What was written of the new one lies beside it; a report's is gone after the next time."""
    (tmp_path / "f").write_bytes(b"old")
    child = write_in_a_child(tmp_path / "f", "SIG_DFL", kind)
    assert child.returncode == -signal.SIGXFSZ, child.stderr
    assert (tmp_path / "f").read_bytes() == b"old"
    (left,) = (path for path in tmp_path.iterdir() if path.name != "f")
    assert left.stat().st_size == AT_MOST
    write_whole(tmp_path / "f", b"new", **kind)
    assert (tmp_path / "f").read_bytes() == b"new"
    assert left.exists() == (not kind.get("only_writer"))


@pytest.mark.parametrize("kind", [{}, {"only_writer": True}])
def test_a_link_is_replaced(kind: dict[str, bool], tmp_path: Path) -> None:
    """What it points at stays as it is, in the place of the file and of what is written beside it."""
    (tmp_path / "precious").write_bytes(b"precious")
    for name in ("f", ".f.new"):
        (tmp_path / name).symlink_to("precious")
    write_whole(tmp_path / "f", b"new", **kind)
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert ((tmp_path / "f").is_symlink(), (tmp_path / "f").read_bytes()) == (False, b"new")


def test_a_link_of_somebodys_is_followed(tmp_path: Path) -> None:
    """Decisions may live in a folder that a team shares; the link stays."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "f").symlink_to(Path("shared", "all"))
    for data in (b"one", b"two"):
        write_whole(tmp_path / "f", data, somebodys=True)
        assert (tmp_path / "shared" / "all").read_bytes() == data
    assert (tmp_path / "f").is_symlink()
    assert os.listdir(tmp_path / "shared") == ["all"]


def test_what_somebody_permits_stays_permitted(tmp_path: Path) -> None:
    """A file that a group may write, or one that nobody else may read; a new one is as the umask says."""
    for number in (0o664, 0o600):
        (tmp_path / "f").touch()
        (tmp_path / "f").chmod(number)
        write_whole(tmp_path / "f", b"new", somebodys=True)
        assert mode(tmp_path / "f") == number
    write_whole(tmp_path / "new", b"new", somebodys=True)
    assert mode(tmp_path / "new") == 0o644


def test_a_kept_file_is_never_open_to_others(tmp_path: Path) -> None:
    """Where everything may be written by all (umask 0, as in some containers), what decides marks may not."""
    os.umask(0)
    write_whole(tmp_path / "f", b"new", mode=0o644)
    write_whole(tmp_path / "g", b"new")
    assert (mode(tmp_path / "f"), mode(tmp_path / "g")) == (0o644, 0o666)


def test_somebodys_file_is_on_the_disk_before_the_old_one_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut right after finds one of the two. Reports and kept rubrics are made again, and wait for no disk."""
    (tmp_path / "f").write_bytes(b"old")
    sync, synced = os.fsync, []

    def noted(descriptor: int) -> None:
        sync(descriptor)
        synced.append((os.fstat(descriptor).st_size, (tmp_path / "f").read_bytes()))

    monkeypatch.setattr(os, "fsync", noted)
    for kind in KINDS:
        write_whole(tmp_path / "f", b"longer", **kind)
        (tmp_path / "f").write_bytes(b"old")
    assert synced == [(6, b"old")]


def test_two_at_one_time_never_mix(tmp_path: Path) -> None:
    """Of several processes that write the same file, each reader meets the whole of one."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom grader.whole_file import write_whole\n"
        "for _ in range(50): write_whole(Path(sys.argv[1]), sys.argv[2].encode() * 100_000)\n"
    )
    write_whole(tmp_path / "f", b"a" * 100_000)
    children = [subprocess.Popen([sys.executable, "-c", program, tmp_path / "f", letter], cwd=ROOT) for letter in "ab"]
    while any(child.poll() is None for child in children):
        assert (tmp_path / "f").read_bytes() in (b"a" * 100_000, b"b" * 100_000)
    assert [child.returncode for child in children] == [0, 0]
    assert os.listdir(tmp_path) == ["f"]
