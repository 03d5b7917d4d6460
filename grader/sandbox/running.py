"""One program that runs in a box: what can be seen of it from outside, and its end."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from grader.errors import SandboxError
from grader.model import Dial, Frame, Socket
from grader.sandbox import kernel
from grader.sandbox.inside.watch import DIAL_LOG_BYTES
from grader.sandbox.kernel import Look, Row, Thread
from grader.sandbox.messages import numbers, parse_dials, parse_stack
from grader.sandbox.stuck import ON_SOCKETS, call_name, polls_one, rests

if TYPE_CHECKING:
    from grader.sandbox.launch import Box
    from grader.sandbox.plain import PlainRun

AnyRun: TypeAlias = "Run | PlainRun"
"""What a peer talks to: a program in a box, or the plain process that stands in for it where there are no boxes."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the main process of a program ended by itself: an exit code, or the signal that killed it."""

    exit_code: int | None
    signal: int | None


class Run:
    """One program in a box, from its start until `finish`.

    `pid`: of its main process, as the box counts; `handle`: a pidfd of it.
    `sockets`: those asked for; the listener, if any, is the last.
    `own`: the IPv4 address and the first of the ports from which the grader connects; empty and 0 for any.
    `kills_before`: how many processes the kernel had killed for lack of memory before this program was started.
    `ended`: done when the main process has ended by itself, with its `Ending`; fails with SandboxError if the box does.
    `lost`: why the box was gone when the run was finished; else empty.
    """

    def __init__(
        self,
        box: Box,
        pid: int,
        handle: int,
        outputs: list[int],
        sockets: list[socket.socket],
        own: tuple[str, int] = ("", 0),
        kills_before: int = 0,
    ) -> None:
        self.box, self.pid, self.handle, self.outputs, self.sockets = box, pid, handle, outputs, sockets
        self.own, self.kills_before = own, kills_before
        self.ended: asyncio.Future[Ending] = asyncio.ensure_future(self._await_end())
        self.cpu_seconds = 0.0
        self.stderr_before_dump: int | None = None
        self.finished = False
        self.lost = ""

    async def _await_end(self) -> Ending:
        fields = await self.box.words()
        code, number = numbers(fields, b"exited", 2)
        return Ending(code, None) if not number else Ending(None, number)

    def over(self) -> bool:
        """Whether the main process has ended, and every process that it has started: the work may be a child's."""
        if not self.ended.done():
            return False
        look = self.look()
        return look.complete and not look.threads

    def output_bytes(self) -> tuple[int, int]:
        """Bytes printed so far to stdout and to stderr."""
        return os.fstat(self.outputs[0]).st_size, os.fstat(self.outputs[1]).st_size

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has killed a process of this run because the box's memory was used up."""
        return self.box.memory_kills() > self.kills_before

    def printed_bytes(self) -> int:
        """Bytes that the program itself printed, to stdout or to stderr, whichever are more."""
        stdout, stderr = self.output_bytes()
        return max(stdout, stderr if self.stderr_before_dump is None else self.stderr_before_dump)

    def output(self, most: int) -> tuple[bytes, bytes]:
        """What was printed to stdout and to stderr, up to `most` bytes each, without a stack that we asked for."""
        end = most if self.stderr_before_dump is None else min(most, self.stderr_before_dump)
        return os.pread(self.outputs[0], most, 0), os.pread(self.outputs[1], end, 0)

    def dump(self) -> bytes:
        """The stacks that the program printed when it was stopped, or nothing."""
        if self.stderr_before_dump is None:
            return b""
        return os.pread(self.outputs[1], 1 << 16, self.stderr_before_dump)

    def dials(self) -> tuple[Dial, ...]:
        """Addresses that the program asked to connect or bind to so far."""
        return parse_dials(os.pread(self.box.dial_log, DIAL_LOG_BYTES, 0))

    def look(self) -> Look:
        """The threads of the box as they are now."""
        return kernel.look(self.box.proc)

    def rests(self, look: Look) -> bool:
        """Whether no thread is about to do anything: each sleeps in a call, as in the look, and not for a disk."""
        return look.complete and rests(look) and self.sleeps_on(look)

    def sleeps_on(self, look: Look) -> bool:
        """Whether every thread sleeps, not for a disk, and has not run since the look. False if a thread is gone."""
        try:
            return all(kernel.sleeps(self.box.proc, thread) for thread in look.threads)
        except OSError:
            return False

    def rows(self) -> list[Row]:
        """All TCP sockets of the box's network, the grader's own included."""
        return kernel.tcp_rows(self.box.net)

    def listening(self) -> list[Socket]:
        """TCP sockets that listen in the box, including one that the launcher has made for the program to find."""
        assert self.box.diagnosis is not None
        return kernel.listening(self.box.diagnosis, self.box.net)

    def udp(self) -> list[Socket]:
        """UDP sockets of the box."""
        return kernel.udp_sockets(self.box.net)

    def polls_connection(self, thread: Thread) -> bool:
        """Whether a thread polls a single descriptor, with or without a time-out, for input on a TCP connection."""
        try:
            return polls_one(thread) and kernel.polls_connection(self.box.proc, self.box.net, thread)
        except (OSError, ValueError, OverflowError):
            return False

    def may_wake(self, look: Look) -> bool:
        """Whether some thread may go on by itself, by a timer that no system call shows. The answer means nothing for a
        thread that runs meanwhile, so a caller that relies on it has to ask `sleeps_on` afterwards."""
        try:
            return any(
                kernel.awaits_alarms(self.box.proc, process) or kernel.holds_timers(self.box.proc, process)
                for process in {thread.process for thread in look.threads if not thread.stopped}
            ) or any(
                self._socket_times_out(thread.process, thread.arguments[0])
                for thread in look.threads
                if call_name(thread) in ON_SOCKETS and not thread.stopped
            )
        except OSError:
            return True

    def _socket_times_out(self, process: int, descriptor: int) -> bool:
        """Whether a socket of a process has a time-out of its own. Raises OSError when the process is gone."""
        if process == self.pid:
            return kernel.socket_times_out(self.handle, descriptor)
        seen = kernel.id_outside(self.box.sender, process)
        if seen is None:
            return False
        handle = os.pidfd_open(seen)
        try:
            return kernel.socket_times_out(handle, descriptor)
        finally:
            os.close(handle)

    def stack(self) -> tuple[Frame, ...]:
        """Where the program stood when it was stopped: innermost frame first, thread by thread."""
        return parse_stack(self.dump())

    async def finish(self, *, dump: bool = False) -> None:
        """End the run: take the stacks if asked to, then kill and reap every process. Idempotent.

        Our ends of the connections are dropped last, so that a program that is being stopped does not notice, and with
        RST, so that no connection lingers in the box. Afterwards `cpu_seconds` is that of the whole run.
        """
        if self.finished:
            return
        self.finished = True
        if self.ended.done() and not self.ended.cancelled():
            self.ended.exception()  # a box that has died is noticed below
        if dump and not self.ended.done():
            self.stderr_before_dump = self.output_bytes()[1]
        try:
            self.box.send("stop", int(dump))
            if not self.ended.done():
                self.ended.cancel()
                await asyncio.wait({self.ended})  # not `await self.ended`: its cancellation is not ours
                if not self.ended.cancelled():
                    self.ended.exception()
            async with self.box.answering():
                fields = await self.box.words()
                while fields[0] != b"ended":
                    fields = await self.box.words()
            self.cpu_seconds = numbers(fields, b"ended", 1)[0] / 1e6
        except SandboxError as error:
            self.box.broken = self.lost = str(error)
        except BaseException:  # cancelled before all is reaped: the box serves no other run
            self.box.broken = "A run was not finished."
            raise
        finally:
            os.close(self.handle)
            for one in self.sockets:
                drop(one)


def drop(sock: socket.socket) -> None:
    """Close a socket with RST, if it is still open."""
    if sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
