"""What a machine refuses us, or a launcher does not answer, is told as a fault of the host, and leaves nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import select
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from boxes import hand_in

from grader.errors import SandboxError
from grader.model import Limits
from grader.sandbox import host, launch
from grader.sandbox.launch import Box
from grader.sandbox.policy import INSIDE
from grader.sandbox.running import Run

pytestmark = pytest.mark.sandbox

PROGRAM: dict[str, str | bytes] = {"program.py": "import signal\nprint(1)\nsignal.pause()\n"}
MORE_THAN_A_BOX = 40  # descriptors that the start of a box, or of a run, has at a time


async def new_box() -> Box:
    return await Box.start(hand_in(PROGRAM), Limits(), "program.py")


def held() -> list[str]:
    """Our descriptors, and our children."""
    with open("/proc/self/task/%d/children" % os.getpid()) as children:  # noqa: UP031
        return [*os.listdir("/proc/self/fd"), *children.read().split()]


@contextlib.contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """For a while this process can open so many descriptors and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    filling: list[int] = []
    try:
        with contextlib.suppress(OSError):
            while True:
                filling.append(os.dup(0))
        for _ in range(count):
            os.close(filling.pop())
        yield
    finally:
        for one in filling:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
def test_a_box_for_which_no_descriptors_are_left_says_so_and_leaves_nothing() -> None:
    """Wherever in its making they end."""

    async def start() -> list[str]:
        await (await new_box()).close()
        before, said = held(), []
        for left in range(MORE_THAN_A_BOX):
            with descriptors_left(left):
                try:
                    box = await new_box()
                    await box.close()
                    said.append("")
                except SandboxError as error:
                    said.append(str(error))
            assert held() == before, left
        return said

    said = asyncio.run(start())
    made = said.index("")
    assert 10 < made < MORE_THAN_A_BOX
    assert all("Raise `ulimit -n`" in one for one in said[:made])
    assert not any(said[made:])


@pytest.mark.slow
def test_a_run_for_which_no_descriptors_are_left_says_so_and_leaves_nothing() -> None:
    """And the box is as good as new, or not used again."""

    async def run() -> list[str]:
        await (await new_box()).close()
        before, said = held(), []
        for left in range(12):
            box = await new_box()
            try:
                with descriptors_left(left):
                    try:
                        async with box.run("program.py", connections=2, listen="127.0.0.1", port=65432) as running:
                            await has_begun(running)
                        said.append("")
                    except SandboxError as error:
                        said.append(str(error))
                if said[-1]:
                    assert await box.leftover() in ("", "A run was not begun.")
            finally:
                await box.close()
            assert held() == before, left
        return said

    said = asyncio.run(run())
    made = said.index("")
    assert made > 5
    assert all("Raise `ulimit -n`" in one for one in said[:made])
    assert not any(said[made:])


def test_a_look_for_which_no_descriptor_is_left_is_no_finding() -> None:
    """Whoever cannot look says so, instead of judging the program by it; the box is as good as before."""

    async def look() -> None:
        box = await new_box()
        said = ""
        try:
            async with box.run("program.py") as running:
                await has_begun(running)
                with descriptors_left(0):
                    running.look()
        except SandboxError as error:
            said = str(error)
        assert "Raise `ulimit -n`" in said
        assert await box.leftover() == ""
        await box.close()

    asyncio.run(look())


def test_a_box_is_closed_when_no_descriptor_is_left() -> None:
    """Of all times then: neither its process nor what we hold of it stays."""

    async def close() -> None:
        await (await new_box()).close()
        before = held()
        box = await new_box()
        with descriptors_left(0):
            await box.close()
        assert box.process.returncode == -signal.SIGKILL
        assert held() == before

    asyncio.run(close())


# --- a launcher that does not answer --------------------------------------------------------------------------------


def stop_answering(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the launcher, which answers neither after a minute then nor after this."""
    os.kill(box.sender, signal.SIGSTOP)
    monkeypatch.setattr(launch, "ANSWER_SECONDS", 0.3)


async def has_begun(run: Run) -> None:
    """Wait until the program is at work."""
    while not run.output_bytes()[0]:
        await asyncio.sleep(0)


async def close_stopped(box: Box) -> None:
    """Close a box, and see its launcher gone."""
    launcher = os.pidfd_open(box.sender)
    await box.close()
    assert select.select([launcher], [], [], 0)[0]
    os.close(launcher)


def test_a_launcher_that_does_not_begin_a_run_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program may have been started all the same, so the box is not used again."""

    async def run() -> None:
        box = await new_box()
        stop_answering(box, monkeypatch)
        with pytest.raises(SandboxError, match="did not answer within"):
            async with box.run("program.py"):
                pass
        assert await box.leftover()
        await close_stopped(box)

    asyncio.run(run())


def test_a_launcher_that_does_not_end_a_run_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen of the run does not count, and the box is not used again."""

    async def run() -> None:
        box = await new_box()
        async with box.run("program.py") as running:
            await has_begun(running)
            stop_answering(box, monkeypatch)
        assert "did not answer within" in running.lost
        assert await box.leftover() == running.lost
        await close_stopped(box)

    asyncio.run(run())


def test_a_launcher_that_does_not_look_around_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The box is not used again."""

    async def run() -> None:
        box = await new_box()
        async with box.run("program.py") as running:
            await has_begun(running)
        stop_answering(box, monkeypatch)
        assert "did not answer within" in await box.leftover()
        await close_stopped(box)

    asyncio.run(run())


def test_a_launcher_that_never_says_that_it_is_ready_is_waited_for_only_so_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And nothing is left of its box."""
    idle = {f"{INSIDE}/sitecustomize.py": b"import signal; signal.pause()"}

    async def start() -> None:
        before = held()
        monkeypatch.setattr(launch, "launcher_files", lambda python: idle)
        monkeypatch.setattr(launch, "ANSWER_SECONDS", 0.3)
        with pytest.raises(SandboxError, match="did not answer within"):
            await new_box()
        assert held() == before

    asyncio.run(start())


def test_the_end_of_a_program_is_waited_for_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only answers are due: no run is bounded by how long one may take."""

    async def run() -> None:
        box = await new_box()
        async with box.run("program.py") as running:
            await has_begun(running)
            with monkeypatch.context() as at_once:
                at_once.setattr(launch, "ANSWER_SECONDS", 0.0)
                done, _ = await asyncio.wait([running.ended], timeout=0.3)
            assert not done
        assert not running.lost
        await box.close()

    asyncio.run(run())


def test_an_interpreter_that_cannot_be_started_is_no_ending_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """For want of memory, say: the box says so in the place of an exit status that nobody has chosen."""
    files = dict(launch.launcher_files(host.layout().python))
    source = (Path(launch.__file__).parent / "inside" / "launcher.py").read_bytes()
    refused = source.replace(b"os.execve(", b"raise OSError('no memory'); (")
    assert refused != source
    files = {path: data for path, data in files.items() if "launcher.py" not in path}
    monkeypatch.setattr(launch, "launcher_files", lambda _: {**files, f"{INSIDE}/launcher.py": refused})

    async def run() -> None:
        box = await Box.start(hand_in({**PROGRAM, "another.py": "print(1)"}), Limits(), "program.py")
        try:
            async with box.run("another.py"):
                raise AssertionError("it was started")
        finally:
            await box.close()

    with pytest.raises(SandboxError):
        asyncio.run(run())
