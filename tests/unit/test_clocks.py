"""Which programs are run again where the machine was late: those that can tell how long something takes."""

from __future__ import annotations

import pytest

from grader.evidence import may_measure_time
from grader.model import SourceFile, Submission


def measures(line: str, path: str = "echo-client.py") -> bool:
    file = SourceFile(path=path, data=f"import socket\n{line}\n".encode())
    return may_measure_time(Submission(id="one", digest="", files=(file,), programs={}, answers=None, notes=()))


@pytest.mark.parametrize(
    "line",
    [
        "s.settimeout(1)",
        "time.sleep(1)",
        "await asyncio.wait_for(reader.read(), 1)",
        "event.wait(0.5)",
        "asyncio.to_thread(event.wait, 1)",
        "signal.alarm(1)",
        "select.select([s], [], [], 0)",
        "poller.poll(100)",
        "s.setblocking(False)",
    ],
)
def test_a_program_with_a_clock_may(line: str) -> None:
    assert measures(line)


@pytest.mark.parametrize(
    "line",
    ["data = await reader.read(1024)", "await writer.wait_closed()", "event.wait()", "# Waits for clients, waiting on"],
)
def test_one_that_waits_without_a_clock_may_not(line: str) -> None:
    assert not measures(line)


def test_only_programs_count() -> None:
    assert not measures("s.settimeout(1)", path="notes.txt")
