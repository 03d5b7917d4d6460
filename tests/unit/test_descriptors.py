"""How many files may be open: as many as the machine allows, and what that means for a batch.

Limits belong to a process and can only be lowered, so each of these runs in one of its own.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="a machine without such limits")


def told(program: str, *, soft: int, hard: int) -> list[str]:
    """What a program prints that is started with these limits."""
    start = f"import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
    done = subprocess.run([sys.executable, "-c", start + program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_soft_limit_becomes_the_hard_one() -> None:
    """Which takes no right; and the hard one stays."""
    program = (
        "from grader.descriptors import most_open\nprint(most_open(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    assert told(program, soft=256, hard=3000) == ["3000 3000 3000"]


@pytest.mark.parametrize(
    ("hard", "wanted", "allowed"), [(1024, 576, 13), (4096, 576, 61), (4096, 8, 8), (300, 8, 1), (64, 8, 1)]
)
def test_no_more_is_in_flight_than_may_be_open(hard: int, wanted: int, allowed: int) -> None:
    """Some sixty for each; one is always tried."""
    program = f"from grader.descriptors import most_in_flight\nprint(most_in_flight({wanted}))"
    assert told(program, soft=min(hard, 256), hard=hard) == [str(allowed)]


def test_a_plain_process_has_the_limit_that_we_were_started_with() -> None:
    """A program that is checked without a box runs out of descriptors where it would without us."""
    program = """
import asyncio
from grader.descriptors import most_open
from grader.model import Limits, SourceFile
from grader.sandbox.plain import PlainBox

async def limits():
    box = await PlainBox.start((SourceFile(path="a.py", data=ASKS.encode()),), Limits(), "a.py")
    async with box.run("a.py") as run:
        await run.ended
        print(run.output(100)[0].decode().strip())
    await box.close()

ASKS = "import resource; print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
most_open()
asyncio.run(limits())
exec(ASKS)
"""
    assert told(program, soft=300, hard=3000) == ["300 3000", "3000 3000"]


@pytest.mark.sandbox
def test_where_programs_would_have_fewer_than_promised_there_are_no_boxes() -> None:
    """A program that passes elsewhere would fail here."""
    program = """
from grader.errors import HostError
from grader.sandbox.host import conditions, require_boxes
print([one.state for one in conditions() if one.name == "open files"])
try:
    require_boxes()
except HostError as error:
    print(error)
"""
    assert told(program, soft=100, hard=1000) == [
        "['missing']",
        "This machine cannot make a box: 1000 files and sockets may be open at a time here, and a program in a box may "
        "have 1024.",
        "Raise `ulimit -n`, its hard limit too.",
    ]
    assert told(program, soft=100, hard=2000) == ["['ok']"]
