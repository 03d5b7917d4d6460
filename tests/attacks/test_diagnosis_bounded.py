"""The grader reads programs and what they print, and neither fells it nor keeps it busy, whatever they are.

They are read in processes of their own with bounded memory and processor time: an interpreter that dies of one would
take the whole class with it. `python -m bench.bait` measures the time: the slowest takes some 5 s, most far below 1 s.
"""

from __future__ import annotations

import ast
import resource
import subprocess
import sys

import pytest
from attack_suite import ROOT

sys.path.insert(0, str(ROOT))  # for bench, which is no part of the package

from bench import bait
from grader.diagnose import explain
from grader.diagnose.source import MOST_DEPTHS, is_tangled, read_source
from grader.diagnose.trace import parse_trace
from grader.model import Limits, Verdict
from grader.verdicts import Finding

MOST_SECONDS = 60  # of processor time for one group: some ten times as long as it takes; what is quadratic takes hours
MOST_MEMORY = 1 << 30
PRINTED_BYTES = 1 << 16  # a thirty-second of what the bench prints: enough to tell
GROUPS = 6
READ = """
import sys
from bench import bait
bait.PRINTED_BYTES = int(sys.argv[1])
readings = bait.readings()
for name in sys.argv[2:]:
    readings[name]()
    print(name, flush=True)
"""


def bounded() -> None:
    """In the child: what it may use."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


@pytest.mark.slow
@pytest.mark.parametrize("group", [0, *(pytest.param(one, marks=pytest.mark.thorough) for one in range(1, GROUPS))])
def test_it_is_read_in_bounded_time_and_memory(group: int) -> None:
    """A program's text of two megabytes, or much output in every run of it: the reader lives, and goes on.

    Some texts share a process, which says what it has read."""
    names = list(bait.readings())[group::GROUPS]
    command = [sys.executable, "-c", READ, str(PRINTED_BYTES), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=bounded)
    assert (done.returncode, done.stdout.splitlines()) == (0, names), done.stderr[-2000:]


@pytest.mark.parametrize("name", bait.sources())
def test_a_program_that_cannot_be_read_costs_nobody_a_verdict(name: str) -> None:
    """Every check of it is judged by what it did; none is a harness error for what it says."""
    found = bait.judged(b"", bait.sources()[name], exit_code=0)
    assert {one.verdict for one in found.values()} <= {Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED}


def test_a_long_program_is_read() -> None:
    """A thousand lines by hand are far below the bound."""
    text = "def serve(conn):\n    while data := conn.recv(1024):\n        conn.sendall(data)\n" * 340
    assert not is_tangled(ast.parse(text))
    assert read_source("echo-server.py", text).calls


def test_what_is_tangled_is_not_read() -> None:
    """Parts in parts beyond the bound: its lines are known, and nothing else."""
    text = "x = 1\n" + "a" + "()" * 700
    assert sum(range(700)) > MOST_DEPTHS
    found = read_source("echo-server.py", text)
    assert (found.parsed, found.text(1)) == (False, "x = 1")


def test_a_traceback_with_a_number_of_nine_thousand_digits_is_none() -> None:
    """Python refuses to read such a number, and the grader would have raised what it never may."""
    printed = bait.outputs()["a line without a number"]
    assert parse_trace(printed.decode(), ["echo-server.py"]) is None
    record = bait.record("server", printed, exit_code=1)
    finding = Finding(code="never-listens", record=record)
    assert explain(finding, {"echo-server.py": "x = 1\n"}, "", Limits()).reason


def test_what_python_warns_of_reaches_no_terminal() -> None:
    """A backslash before a control character is quoted in Python's warning, and would be sent to the terminal."""
    read = "from grader.diagnose.source import read_source\nread_source('a.py', 'x = \"\\\\\\x1b\"')"
    command = [sys.executable, "-W", "always", "-c", read]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert done.stdout + done.stderr == b""
