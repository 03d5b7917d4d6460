"""What all processes of a box hold together is bounded by the kernel, where control groups can be made."""

from __future__ import annotations

import asyncio
import os
import select
from typing import Any

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
ONE_LARGE = """
    import mmap
    shared = mmap.mmap(-1, 400 << 20)  # which no limit of a process bounds
    for at in range(0, len(shared), 4096):
        shared[at] = 1
"""


def test_many_processes_together_may_not_hold_more_than_the_box_may() -> None:
    """Each stays below its own limit; together they are ended, and it is told as memory."""
    assert run_program(MANY_SMALL, SMALL).record.stopped == "memory"


def test_what_is_killed_before_the_grader_hears_of_the_start_is_told_as_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a program may have come that far by the time the grader gets a processor."""
    begin = Box.begin

    async def late(box: Box, *arguments: Any) -> Any:
        begun = await begin(box, *arguments)
        select.select([begun[0]], [], [])  # the fault itself: nothing of the grader runs until the program is dead
        return begun

    monkeypatch.setattr(Box, "begin", late)
    assert run_program(ONE_LARGE, SMALL).record.stopped == "memory"


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


SPIN = "import os\nfor _ in range({forks}): os.fork()\nwhile True: pass"


@pytest.mark.skipif("cpu" not in getattr(parents(), "folders", {}), reason="processors are not shared out by groups")
def test_many_processes_have_no_larger_share_than_one() -> None:
    """Side by side on one processor, a box with 32 spinning processes takes about what a box with one takes."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})  # what is started from here inherits it
    try:
        alone, many = asyncio.run(spin_side_by_side())
    finally:
        os.sched_setaffinity(0, before)
    assert many < 2 * alone


async def spin_side_by_side() -> tuple[float, float]:
    """Processor seconds of a box with one spinning process when it has used some, and of one with 32 of them."""
    limits = Limits(cpu_seconds=60, wall_seconds=600)
    files = hand_in({"one.py": SPIN.format(forks=0), "many.py": SPIN.format(forks=5)})
    boxes = [await Box.start(files, limits, name) for name in ("one.py", "many.py")]
    try:
        async with boxes[1].run("many.py") as many:
            while len(many.look().threads) < 32:
                await asyncio.sleep(0.01)
            async with boxes[0].run("one.py") as one:
                before, start = many.look().cpu_seconds, one.look().cpu_seconds
                while one.look().cpu_seconds - start < 1.0:
                    await asyncio.sleep(0.02)
                return one.look().cpu_seconds - start, many.look().cpu_seconds - before
    finally:
        for box in boxes:
            await box.close()
