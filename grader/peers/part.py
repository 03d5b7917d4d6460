"""What `play` and `relay` share: the peer's part in a run, and the record of a finished run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.conversation import Action
from grader.errors import SandboxError
from grader.model import Limits, RunRecord, Socket
from grader.peers.watch import LIMITS
from grader.peers.wire import Connection, Transcript
from grader.sandbox.running import AnyRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The peer's part in one run.

    `role`: what the student's program is, `server` or `client`.  `file`: its path.  `actions`: what the peer does.
    `awaits_exit`: wait for the program's end.  `host`, `port`: where the two should meet.
    `follow`: connect to a server that listens elsewhere at its own address.
    """

    role: str
    file: str
    actions: tuple[Action, ...]
    awaits_exit: bool
    host: str
    port: int
    follow: bool


def record_of(
    run: AnyRun, part: Part, transcript: Transcript, stopped: str | None, limits: Limits, **seen: Any
) -> RunRecord:
    """The record of a finished run. `stopped`: why the grader ended it, or None. `seen`: what only the caller knows.

    Raises SandboxError when its box was lost meanwhile.
    """
    ending = run.ended.result() if stopped is None else None
    stdout, stderr = run.output(limits.output_bytes)
    must_have_kept_its_box(run)
    if run.ran_out_of_memory():
        stopped, ending = "memory", None
    output_cut = run.printed_bytes() > limits.output_bytes
    if output_cut:  # whether a look found it before is chance, and must not matter
        stopped, ending = "output", None
    return RunRecord(
        role=part.role,
        file=part.file,
        host=part.host,
        port=part.port,
        events=transcript.events(),
        dials=run.dials(),
        exit_code=ending.exit_code if ending else None,
        signal=ending.signal if ending else None,
        stopped=stopped,
        stdout=stdout,
        stderr=stderr,
        output_cut=output_cut,
        cpu_seconds=run.cpu_seconds,
        stack=run.stack(),
        **seen,
    )


def must_have_kept_its_box(run: AnyRun) -> None:
    """Raise SandboxError when the box of a finished run was lost: what was seen may come from the loss, not from the
    program. A program that used up the box's memory has ended the box itself, and nothing is raised."""
    if run.lost and not run.ran_out_of_memory():
        raise SandboxError(run.lost)


def ended_by_itself(run: AnyRun) -> bool:
    """Whether the program's main process has ended without our doing."""
    return run.ended.done() and not run.ended.cancelled()


async def drained(connections: Sequence[Connection]) -> None:
    """Let the event loop deliver what has already arrived: a program may have sent it just before its end."""
    if any(one.reading for one in connections):
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def outcome(result: str) -> str:
    """A wait's result as a step's outcome."""
    return "limit" if result in LIMITS else result


def reachable_host(listening: Socket) -> str:
    """An address at which a listening socket is met: a loopback address for one that listens on all."""
    if listening.host == "::" and listening.only_ipv6:
        return "::1"
    return "127.0.0.1" if listening.host in ("0.0.0.0", "::") else listening.host.removeprefix("::ffff:")
