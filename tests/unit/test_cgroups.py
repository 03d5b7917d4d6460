"""Control groups as far as they are text: what is written for which version, and where groups may be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.model import Limits
from grader.sandbox import cgroups
from grader.sandbox.cgroups import PREFIX, Group, delegates, remove_stale, settings

LIMITS = Limits(memory_bytes=100 << 20, processes=8)


def test_version_2_bounds_memory_swap_and_processes() -> None:
    """All processes together get twice the memory of one, and no swap besides."""
    assert dict(settings(2, LIMITS)) == {"memory.max": 200 << 20, "memory.swap.max": 0, "pids.max": 12}


def test_version_1_bounds_memory_before_memory_and_swap() -> None:
    """The kernel refuses a bound on both that is below the one on memory, so the order counts."""
    names = [name for name, _ in settings(1, LIMITS)]
    assert names == ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "pids.max"]


@pytest.mark.parametrize(
    ("version", "file", "text"),
    [
        (2, "memory.events", "low 0\nhigh 0\nmax 7\noom 2\noom_kill {}\n"),
        (1, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n"),
    ],
)
def test_kills_for_memory_are_counted(tmp_path: Path, version: int, file: str, text: str) -> None:
    """Of the whole group; nothing there is no kill."""
    group = Group(version, [tmp_path])
    assert group.kills() == 0
    (tmp_path / file).write_text(text.format(2))
    assert (group.kills(), group.kills()) == (2, 2)


def test_groups_of_graders_that_are_gone_are_removed(tmp_path: Path) -> None:
    """Those of running processes stay, and so does everything that is not ours."""
    for name in (f"{PREFIX}-1-7", f"{PREFIX}-999999999-1", "session-3.scope"):
        (tmp_path / name).mkdir()
    remove_stale([tmp_path])
    assert sorted(folder.name for folder in tmp_path.iterdir()) == [f"{PREFIX}-1-7", "session-3.scope"]


def test_a_folder_that_hands_down_its_controllers_delegates(tmp_path: Path) -> None:
    """Nothing has to be changed there."""
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids\n")
    assert delegates(tmp_path)


def test_a_folder_without_the_controllers_delegates_nothing(tmp_path: Path) -> None:
    """And nothing is made in it."""
    (tmp_path / "cgroup.subtree_control").write_text("\n")
    (tmp_path / "cgroup.controllers").write_text("cpu pids\n")
    assert not delegates(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_where_no_group_can_be_made_a_box_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch on a box's memory remains."""
    monkeypatch.setattr(cgroups, "parents", lambda: None)
    assert cgroups.enclose(1, LIMITS) is None
