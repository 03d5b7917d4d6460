"""A program that a limit has ended is told which limit, and how much it had used up: the same words each time."""

from __future__ import annotations

from typing import Any

import pytest
from records import events, frame, record, traceback

from grader.diagnose import explain
from grader.model import KEPT_BYTES, Limits
from grader.verdicts import Finding

LIMITS = Limits(
    wall_seconds=7, cpu_seconds=1.5, memory_bytes=96 << 20, output_bytes=3 << 20, processes=33, file_bytes=5 << 20
)
SOURCE = "import socket\nwhile True:\n    work()\n"
ENDED: dict[str, tuple[dict[str, Any], str]] = {
    "processor time": ({"stopped": "cpu"}, "1.5 seconds of processor time"),
    "real time": ({"stopped": "wall"}, "its time, 7 seconds, was up"),
    "output": ({"stopped": "output"}, "more than the 3072 KB"),
    "memory of all": ({"stopped": "memory"}, "more memory than the 192 MB that they may have together"),
    "memory of one": ({"exit_code": 1, "stderr": "MemoryError"}, "more memory than the 96 MB"),
    "processes": ({"exit_code": 1, "stderr": "RuntimeError: can't start new thread"}, "than the 33 that it may have"),
    "files": ({"exit_code": 1, "stderr": "OSError: [Errno 28] No space left on device"}, "than the 5 MB"),
    "one file": ({"exit_code": 1, "stderr": "OSError: [Errno 27] File too large"}, "than the 5 MB"),
    "open files": ({"exit_code": 1, "stderr": "OSError: [Errno 24] Too many open files"}, "than the 1024 that it may"),
    "connections": ({"exit_code": 1, "stderr": "OSError: [Errno 24] Too many open files: 'x'"}, "and connections"),
}


@pytest.mark.parametrize("limit", ENDED)
def test_the_limit_and_the_amount_are_told(limit: str) -> None:
    """In one sentence for the student."""
    differs, words = ENDED[limit]
    fields = dict(differs)
    if "stderr" in fields:
        fields["stderr"] = traceback("echo-server.py", 3, str(fields["stderr"]))
    ran = record(stack=(frame(3),) if "stopped" in fields else (), **fields)
    found = explain(Finding(code="never-listens", record=ran), {"echo-server.py": SOURCE}, "", LIMITS)
    assert words in found.reason


def test_what_is_sent_without_end_is_told() -> None:
    """The transcript keeps a part only, and its size is told."""
    said = events("connected", ("sent", b"x" * 12), ("received", bytes(KEPT_BYTES + 24)))
    found = explain(
        Finding(code="does-not-end", record=record(stopped="stuck", events=said)),
        {"echo-server.py": "while True:\n    conn.sendall(bytes(300))\n"}, "", LIMITS,
    )  # fmt: skip
    assert "more than 256 KB" in found.reason


@pytest.mark.parametrize(("cpu", "wall", "printed"), [(1.51, 1.6, 3 << 20), (2.9, 8.0, 4 << 20)])
@pytest.mark.parametrize("stopped", ["cpu", "wall", "output", "memory"])
def test_what_was_measured_is_not_told(stopped: str, cpu: float, wall: float, printed: int) -> None:
    """How far beyond its limit a program came is another amount in every run, and two gradings must say the same."""

    def told(cpu_seconds: float, wall_seconds: float, size: int) -> object:
        ran = record(stopped=stopped, cpu_seconds=cpu_seconds, wall_seconds=wall_seconds, stdout=b"x" * size)
        return explain(Finding(code="never-listens", record=ran), {"echo-server.py": SOURCE}, "", LIMITS)

    assert told(cpu, wall, printed) == told(1.7, 2.0, 3 << 20)


def test_a_flood_is_told_the_same_whether_a_look_or_the_file_ends_it() -> None:
    """What is printed goes into a file of bounded size; which of the two comes first is chance."""
    source = {"echo-server.py": "import sys\nwhile True:\n    sys.stdout.write('x' * (1 << 20))\n"}
    full = traceback("echo-server.py", 3, "OSError: [Errno 27] File too large")
    looked = record(stopped="output", output_cut=True, stdout=b"x" * 100, stack=(frame(3),))
    filled = record(stopped="output", output_cut=True, stdout=b"x" * 100, stderr=full)
    told = [explain(Finding(code="never-listens", record=one), source, "", LIMITS) for one in (looked, filled)]
    assert told[0] == told[1]
    assert (told[0].id, told[0].line) == ("output-limit", 2)


def test_which_limit_a_loop_that_prints_reaches_first_is_not_told() -> None:
    """It takes about as long to print as much as it may as to compute as long as it may."""
    source = {"echo-server.py": "while True:\n    data = conn.recv(1024)\n    print(data)\n    conn.sendall(data)\n"}
    heard = events("connected", ("sent", b"hello"), ("received", b"hello"), "fin-sent")

    def told(stopped: str, cpu: float, printed: int) -> str:
        ran = record(
            stopped=stopped, events=heard, cpu_seconds=cpu, stdout=b"b''\n" * (printed // 4), stack=(frame(3),)
        )
        return explain(Finding(code="does-not-end", record=ran), source, "", LIMITS).reason

    both = told("cpu", 1.6, 2 << 20)
    assert both == told("output", 1.1, (3 << 20) + 4)
    assert "1.5 seconds of processor time, 3072 KB" in both
    assert "1.5 seconds" not in told("output", 0.1, (3 << 20) + 4)
    assert "3072 KB" not in told("cpu", 1.6, 400)
