"""Whom a box's processes belong to: nobody where the grader is root, and whoever runs the grader elsewhere."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from boxes import ROOMY, hand_in

from grader.sandbox import host
from grader.sandbox.launch import Box

pytestmark = pytest.mark.sandbox


async def launcher_status() -> dict[str, list[str]]:
    """What the kernel says of a box's first process, from outside."""
    box = await Box.start(hand_in({"program.py": ""}), ROOMY, "program.py")
    try:
        lines = Path(f"/proc/{box.sender}/status").read_text().splitlines()
        return {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}
    finally:
        await box.close()


@pytest.mark.parametrize("by_setpriv", [True, False])
def test_whose_processes_they_are(by_setpriv: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By way of setpriv or by Python's own means: not root's, in no group of root's, without any power outside."""
    if not by_setpriv:
        monkeypatch.setattr(host, "sheds_privileges", tuple)
    seen = asyncio.run(launcher_status())
    root = os.geteuid() == 0
    assert seen["Uid"] == [str(host.UNPRIVILEGED_ID if root else os.getuid())] * 4
    assert seen["Gid"] == [str(host.UNPRIVILEGED_ID if root else os.getgid())] * 4
    assert not root or seen["Groups"] in ([], [str(host.UNPRIVILEGED_ID)])
    assert all(int(seen[name][0], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))


def test_a_setpriv_that_does_nothing_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that leaves the user as it is, or fails, is found out before any box is made."""
    if os.geteuid() == 0:
        assert host.sheds_privileges.__wrapped__() != () or not os.path.exists("/usr/bin/setpriv")
    for text in ('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n', "#!/bin/sh\nexit 1\n"):
        (tmp_path / "setpriv").write_text(text)
        (tmp_path / "setpriv").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        assert host.sheds_privileges.__wrapped__() == ()
