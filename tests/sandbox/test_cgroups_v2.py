"""Control groups of version 2 for real: in a group of our own, delegated as systemd delegates one to a user.

Where version 1 has taken the controllers that boxes need, the ones that it has left stand in for them: making groups,
moving into them, handing down controllers and who may do so are the same for all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "attacks"))

from attack_suite import ROOT
from siege import ORDINARY_ID, ordinary

from grader.sandbox.cgroups import NEEDED, PREFIX

TOPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
TOP = next((top for top in TOPS if (top / "cgroup.controllers").exists()), None)
THERE = (TOP / "cgroup.controllers").read_text().split() if TOP is not None else []
CONTROLLERS = [name for name in NEEDED if name in THERE] or THERE[:1]

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not CONTROLLERS or os.geteuid() != 0, reason="no group of version 2 can be made here"),
]

# What a grader does that finds itself in a delegated group; prints what came of it.
GRADER = """
    import json, os, subprocess, sys
    from pathlib import Path
    from grader.model import Limits
    from grader.sandbox import cgroups

    print(os.getpid(), flush=True)
    input()  # until it has been put into its group
    cgroups.ROOT, cgroups.NEEDED = Path(sys.argv[1]), tuple(sys.argv[2].split())
    found = {"user": os.geteuid(), "before": cgroups.own_groups()[""]}
    where = cgroups.parents()
    found["version"] = where.version if where else None
    if where:
        sleeper = subprocess.Popen(["sleep", "1000"])
        group = cgroups.enclose(sleeper.pid, Limits())
        (folder,) = group.folders
        found["sleeper"] = Path(f"/proc/{sleeper.pid}/cgroup").read_text().split("0::")[1].split()[0]
        found["inside"] = (folder / "cgroup.procs").read_text().split() == [str(sleeper.pid)]
        found["ran out"] = bool(group.kills())
        group.close()
        found["stays while used"] = folder.exists()
        sleeper.kill(), sleeper.wait()
        group.close()
        found["gone"] = not folder.exists()
        found["own"] = cgroups.own_groups()[""]
    print(json.dumps(found))
"""


@pytest.fixture
def delegated() -> Iterator[Path]:
    """A group with the controllers handed down to it, owned by a user without rights; gone afterwards."""
    assert TOP is not None
    top_control = TOP / "cgroup.subtree_control"
    before = top_control.read_text().split()
    top_control.write_text(" ".join(f"+{name}" for name in CONTROLLERS))
    folder = TOP / f"test-{uuid.uuid4().hex}"
    folder.mkdir()
    for path in (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control", folder / "cgroup.threads"):
        os.chown(path, ORDINARY_ID, ORDINARY_ID)
    yield folder
    for group in [*folder.iterdir(), folder]:
        if group.is_dir():
            group.rmdir()
    for name in set(CONTROLLERS) - set(before):
        top_control.write_text(f"-{name}")


def grade_in(folder: Path, before: Sequence[str]) -> dict[str, object]:
    """Run the grader's part in a group, alone in it as in a scope of systemd's. `before`: what is put before the
    command, to make it somebody else's."""
    command = [*before, sys.executable, "-c", textwrap.dedent(GRADER), str(TOP), " ".join(CONTROLLERS)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as grader:
        assert grader.stdin is not None
        assert grader.stdout is not None
        (folder / "cgroup.procs").write_text(grader.stdout.readline())
        said, complaint = grader.communicate("go\n")
    assert grader.returncode == 0, complaint
    return dict(json.loads(said))


def test_a_user_makes_groups_in_a_delegated_one(delegated: Path) -> None:
    """The grader moves into a child, hands the controllers down, and each box has a group beside it."""
    found = grade_in(delegated, ordinary())
    assert (found["user"], found["version"], found["before"]) == (ORDINARY_ID, 2, f"/{delegated.name}")
    assert str(found["own"]).startswith(f"/{delegated.name}/{PREFIX}-")
    assert str(found["sleeper"]).startswith(f"/{delegated.name}/{PREFIX}-")
    assert found["sleeper"] != found["own"]
    assert [found[name] for name in ("inside", "ran out", "stays while used", "gone")] == [True, False, True, True]
    assert set(CONTROLLERS) <= set((delegated / "cgroup.subtree_control").read_text().split())


def test_root_does_the_same(delegated: Path) -> None:
    """With the groups of a service that root runs."""
    found = grade_in(delegated, [])
    assert (found["user"], found["version"], found["inside"], found["gone"]) == (0, 2, True, True)


def test_a_group_that_is_not_ours_is_left_alone(delegated: Path) -> None:
    """Where nothing is delegated, nothing is made and nobody moves."""
    for path in (delegated, delegated / "cgroup.procs", delegated / "cgroup.subtree_control"):
        os.chown(path, 0, 0)
    found = grade_in(delegated, ordinary())
    assert (found["user"], found["version"]) == (ORDINARY_ID, None)
    assert not [path for path in delegated.iterdir() if path.is_dir()]
    assert (delegated / "cgroup.subtree_control").read_text().strip() == ""


def test_what_killed_graders_have_left_is_removed(delegated: Path) -> None:
    """The next grader finds their groups, and no process in them."""
    stale = delegated / f"{PREFIX}-4194304-7"  # above every id of a process
    stale.mkdir()
    os.chown(stale, ORDINARY_ID, ORDINARY_ID)
    grade_in(delegated, ordinary())
    assert not stale.exists()
