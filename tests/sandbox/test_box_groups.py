"""What all processes of a box hold together is bounded by the kernel, where control groups can be made."""

from __future__ import annotations

import asyncio

import pytest
from boxes import hand_in, run_in_turn, run_program

from grader.model import Limits
from grader.sandbox.cgroups import parents
from grader.sandbox.launch import Box

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(parents() is None, reason="no control groups can be made here; grade doctor tells the cure"),
]
SMALL = Limits(memory_bytes=128 << 20, cpu_seconds=30)
MANY_SMALL = """
    import os, time
    for number in range(6):
        if os.fork() == 0:
            held = bytearray(90 << 20)
            for at in range(0, len(held), 4096):
                held[at] = 1
            time.sleep(1000)
    time.sleep(1000)
"""


def test_many_processes_together_may_not_hold_more_than_the_box_may() -> None:
    """Each stays below its own limit; together they are ended, and it is told as memory."""
    assert run_program(MANY_SMALL, SMALL).record.stopped == "memory"


def test_the_next_run_in_the_box_is_not_blamed() -> None:
    """What was killed in one run is no finding of the next."""
    seen = run_in_turn(MANY_SMALL, "print('fine')", limits=SMALL)
    assert (seen[1].record.stopped, seen[1].lines) == (None, ["fine"])


def test_the_launcher_outlives_a_box_without_memory() -> None:
    """The kernel takes the program, so that the run has a verdict and no harness error."""
    assert run_program(MANY_SMALL, SMALL).record.harness_error is None


def test_a_group_is_gone_with_its_box() -> None:
    """Nothing is left on the host."""

    async def open_and_close() -> list[bool]:
        box = await Box.start(hand_in({"program.py": ""}), Limits(), "program.py")
        assert box.group is not None
        folders = list(box.group.folders)
        there = [folder.exists() for folder in folders]
        await box.close()
        return [*there, *(not folder.exists() for folder in folders)]

    assert all(asyncio.run(open_and_close()))


def test_a_program_learns_nothing_from_its_group() -> None:
    """The group's name does not say who made it."""
    said = run_program("print(open('/proc/self/cgroup').read())").record.stdout.lower()
    assert not any(word in said for word in (b"grade", b"box", b"check", b"student"))
