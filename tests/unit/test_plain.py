"""Plain processes, where there are no boxes: nothing of a program is left over, however it is left."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest

from grader.errors import SandboxError
from grader.model import Limits, SourceFile
from grader.sandbox.plain import PlainBox, PlainRun, make_sockets

DEAF = """
import signal
signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 65))
print("deaf", flush=True)
signal.pause()
"""


def test_a_program_is_killed_when_its_end_is_cancelled() -> None:
    """Ctrl-C while its stack is waited for: it is in a session of its own, and nobody else would end it."""

    async def cancelled() -> PlainRun:
        box = await PlainBox.start((SourceFile(path="a.py", data=DEAF.encode()),), Limits(), "a.py")
        try:
            async with box.run("a.py") as run:
                while not run.printed_bytes():  # until it has made itself deaf to the signal that prints a stack
                    await asyncio.sleep(0)
                ending = asyncio.create_task(run.finish(dump=True))
                while run.stderr_before_dump is None:
                    await asyncio.sleep(0)
                ending.cancel()
            return run
        finally:
            await box.close()

    run = asyncio.run(cancelled())
    assert run.process.wait(timeout=30) == -9
    assert all(file.closed for file in run.files)


def test_a_port_that_is_taken_is_told_and_nothing_is_left_open() -> None:
    """With the port, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        before = os.listdir("/proc/self/fd")
        with pytest.raises(SandboxError, match=rf"Port {taken.getsockname()[1]} on 127.0.0.1 cannot be used"):
            make_sockets(3, *taken.getsockname())
        assert os.listdir("/proc/self/fd") == before
