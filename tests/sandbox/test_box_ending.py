"""A box ends with whoever made it, whatever happens: no process outlives its owner."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from boxes import hand_in

from grader.model import Limits
from grader.sandbox.launch import Box

pytestmark = pytest.mark.sandbox

SLEEPER = (
    "import os, signal\nos.fork(), os.fork()\nos.setsid() if os.getpid() != os.getpgrp() else None\nsignal.pause()\n"
)


def descendants(parent: int) -> list[int]:
    """Ids of all processes below one, by the process table of the host."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path("/proc", name, "stat").read_text()
        except OSError:
            continue
        children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(name))
    found, waiting = [], [parent]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def wait_until_gone(descriptors: list[int]) -> None:
    """Wait for the end of processes, given as pidfds; the test's own time limit bounds it."""
    for descriptor in descriptors:
        select.select([descriptor], [], [])
        os.close(descriptor)


OWNER = """
import asyncio, signal
from boxes import hand_in
from grader.model import Limits
from grader.sandbox.launch import Box

async def main():
    box = await Box.start(hand_in({"program.py": %r}), Limits(), "program.py")
    async with box.run("program.py") as run:
        while len(run.look().threads) < 4:
            await asyncio.sleep(0)
        print("running", flush=True)
        await asyncio.get_running_loop().create_future()

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_box_ends_with_the_process_that_made_it(number: int) -> None:
    """When the grader is killed, bubblewrap, the launcher and every process of the program are gone."""
    owner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(OWNER) % SLEEPER],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert owner.stdout is not None
    with owner, owner.stdout as said:
        assert said.readline() == b"running\n"
        below = descendants(owner.pid)
        assert len(below) >= 6  # bubblewrap, the launcher, four of the program
        watched = [os.pidfd_open(one) for one in below]
        owner.send_signal(number)
        owner.wait()
        wait_until_gone(watched)


def watch_box(box: Box) -> list[int]:
    """Pidfds of bubblewrap and of everything below it."""
    return [os.pidfd_open(one) for one in (box.process.pid, *descendants(box.process.pid))]


def test_closing_a_box_ends_everything_in_it() -> None:
    """close, in the middle of a run, leaves no process; a second close is harmless."""

    async def close_in_the_middle() -> list[int]:
        box = await Box.start(hand_in({"program.py": SLEEPER}), Limits(), "program.py")
        async with box.run("program.py") as run:
            while len(run.look().threads) < 4:
                await asyncio.sleep(0)
            watched = watch_box(box)
            await box.close()
        await box.close()
        return watched

    wait_until_gone(asyncio.run(close_in_the_middle()))


def test_leaving_a_run_ends_every_process_of_it() -> None:
    """After a run only bubblewrap and the launcher are left, also when the run was left by an error."""

    async def leave() -> list[int]:
        box = await Box.start(hand_in({"program.py": SLEEPER}), Limits(), "program.py")
        try:
            with contextlib.suppress(ZeroDivisionError):
                async with box.run("program.py") as run:
                    while len(run.look().threads) < 4:
                        await asyncio.sleep(0)
                    raise ZeroDivisionError
            assert await box.leftover() == ""
            return descendants(box.process.pid)
        finally:
            await box.close()

    assert len(asyncio.run(leave())) == 1


def test_a_cancelled_run_ends_every_process_of_it() -> None:
    """Cancelling the task that runs a program, as Ctrl-C does, leaves no process."""

    async def cancel() -> list[int]:
        watched: list[int] = []
        ready = asyncio.Event()

        async def run_for_ever() -> None:
            box = await Box.start(hand_in({"program.py": SLEEPER}), Limits(), "program.py")
            try:
                async with box.run("program.py"):
                    watched.extend(watch_box(box))
                    ready.set()
                    await asyncio.get_running_loop().create_future()
            finally:
                await box.close()

        task = asyncio.create_task(run_for_ever())
        await ready.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return watched

    wait_until_gone(asyncio.run(cancel()))


@pytest.mark.slow
def test_a_box_that_is_given_up_while_it_starts_leaves_no_process() -> None:
    """Cancelled at any moment of its making, a box is gone: bubblewrap's two processes as well."""

    async def give_up(turns: int) -> None:
        task = asyncio.create_task(Box.start(hand_in({"program.py": ""}), Limits(), "program.py"))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await (await task).close()

    for turns in range(1, 41):
        asyncio.run(give_up(turns))
    left = [os.pidfd_open(one) for one in descendants(1) if is_orphaned_box(one) and os.getsid(one) == os.getsid(0)]
    stayed = [descriptor for descriptor in left if not select.select([descriptor], [], [], 2)[0]]
    for descriptor in stayed:
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    for descriptor in left:
        os.close(descriptor)
    assert not stayed


def is_orphaned_box(process: int) -> bool:
    """Whether a process is bubblewrap's, and its parent has left it."""
    try:
        stat = Path("/proc", str(process), "stat").read_text()
    except OSError:
        return False
    return "(bwrap)" in stat and stat.rpartition(")")[2].split()[1] == "1"


def test_boxes_leave_no_descriptor_behind() -> None:
    """Making and closing boxes does not use up the grader's descriptors."""

    async def make_and_close() -> None:
        for _ in range(5):
            box = await Box.start(hand_in({"program.py": "print(1)"}), Limits(), "program.py")
            async with box.run("program.py", connections=2, listen="127.0.0.1", port=65432) as run:
                await run.ended
            await box.close()

    asyncio.run(make_and_close())
    before = set(os.listdir("/proc/self/fd"))
    asyncio.run(make_and_close())
    assert set(os.listdir("/proc/self/fd")) == before


def test_nothing_is_left_in_the_hosts_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A box needs no file of the host."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    async def make_and_close() -> None:
        box = await Box.start(hand_in({"program.py": "open('/tmp/x', 'w')"}), Limits(), "program.py")
        async with box.run("program.py") as run:
            await run.ended
        await box.close()

    asyncio.run(make_and_close())
    assert list(tmp_path.iterdir()) == []
