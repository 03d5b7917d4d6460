"""What `grade check` says while programs take their time, and where they cannot be run."""

from __future__ import annotations

import asyncio
import io
import socket
from dataclasses import replace

import pytest
from cases import SEED, a_check, a_pair, a_rubric, exits, receive, send

from grader import checking
from grader.alone import require_free
from grader.conversation import plan
from grader.errors import UsageError
from grader.model import Submission

ENDS = a_check("server.ends", exits())
BYTES = a_check("server.bytes", send(), receive())
RUBRIC = a_rubric(ENDS, BYTES, a_pair("pair.own", exits(who="client")))
PROGRAMS = {"server": "echo-\x1bserver.py", "client": "echo-client.py"}
SUBMISSION = Submission(id="ada", digest=SEED, files=(), programs=PROGRAMS, answers=None)


class Terminal(io.StringIO):
    """Standard error, as it is on a terminal."""

    def isatty(self) -> bool:
        return True


def said_of(*looks: set[str], stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said when the runs under way are those of `looks`, one look after another."""
    monkeypatch.setattr("sys.stderr", stream)
    told = {"server-1": "one", "client-2": "two"}

    async def watch() -> None:
        running: set[str] = set()
        waited = asyncio.create_task(checking.tell_what_runs(running, told, after=0, every=0))
        for look in looks:
            running.clear()
            running.update(look)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        waited.cancel()
        await asyncio.gather(waited, return_exceptions=True)

    asyncio.run(watch())
    return stream.getvalue().split()


def test_a_run_that_does_not_end_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its own sentence, as long as it lasts; what ends at once is not spoken of."""
    long, other = {"server-1"}, {"server-1", "client-2"}
    assert said_of(*[long] * 6, *[other] * 6, stream=Terminal(), monkeypatch=monkeypatch) == ["one", "two"]
    assert said_of(set(), set(), stream=Terminal(), monkeypatch=monkeypatch) == []


def test_only_a_terminal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or a pipe gets nothing but the result."""
    assert said_of(*[{"server-1"}] * 6, stream=io.StringIO(), monkeypatch=monkeypatch) == []


def test_every_run_has_a_sentence() -> None:
    """With the program's name, made visible, a check that waits for it, and how many more."""
    told = checking.sentences(SUBMISSION, RUBRIC)
    assert told.keys() == {run.name for run in plan(RUBRIC, SEED)}
    first, pair = told["server-1"], next(text for name, text in told.items() if name.startswith("pair"))
    assert first.startswith("Still running: echo-␛server.py, for “")
    assert f"up to {RUBRIC.limits.wall_seconds:g} seconds" in first
    assert "echo-␛server.py and echo-client.py" in pair or "echo-client.py and echo-␛server.py" in pair


@pytest.mark.parametrize(
    ("server", "client", "doubted"),
    [
        ("upper-server.py", "upper-client.py", True),
        ("src/echo-server.py", "src/echo-client.py", False),
        ("echo-client.py", "echo-server.py", False),
        ("server.py", "echo-client.py", False),
        ("server.py", "", False),
    ],
)
def test_programs_of_another_assignment_are_known_by_their_names(server: str, client: str, doubted: bool) -> None:
    """Both have other names; another folder, an exchange or one slip is no sign of another assignment."""
    programs = {role: path for role, path in (("server", server), ("client", client)) if path}
    assert checking.under_other_names(replace(SUBMISSION, programs=programs), RUBRIC) is doubted


def test_without_boxes_the_port_has_to_be_free() -> None:
    """A server that still runs in another terminal would be met in the place of the one that is checked."""
    with socket.create_server(("127.0.0.1", 0)) as still_running:
        port = still_running.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} on 127.0.0.1.*Stop it"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)
