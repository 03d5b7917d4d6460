"""Programs as plain processes over the machine's real loopback: for one's own code, on a machine without boxes.

Offers what `launch.Box` and `running.Run` offer, as far as the machine allows. Nothing is protected here, ports are
those of the machine, and where there is no /proc a hang cannot be proved, only waited for. `grade check` says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO

from grader import descriptors
from grader.errors import SandboxError
from grader.model import Dial, Frame, Limits, Socket, SourceFile
from grader.sandbox import kernel
from grader.sandbox.inside.watch import DIAL_LOG_BYTES, DUMP_SIGNAL, TASK
from grader.sandbox.kernel import Look, Row, Thread
from grader.sandbox.messages import parse_dials, parse_stack
from grader.sandbox.running import Ending, drop
from grader.sandbox.stuck import polls_one, rests, unchanged

INSIDE = Path(__file__).parent / "inside"
HAS_PROC = os.path.exists("/proc/self/task")
DUMP_SECONDS = 0.5  # how long a program may take to print its stack
POLL_SECONDS = 0.005  # between two questions whether a process has ended


class PlainBox:
    """A folder with a copy of the hand-in."""

    def __init__(self, files: Sequence[SourceFile], limits: Limits) -> None:
        self.limits = limits
        self.folder = tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True)
        self.home = Path(self.folder.name, "home")
        for file in files:
            target = self.home / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.data)

    @classmethod
    async def start(
        cls,
        files: Sequence[SourceFile],
        limits: Limits,
        program: str,
        *,
        addresses: Sequence[str] = (),
        low_ports: bool = False,
    ) -> PlainBox:
        """Lay the files out. Every program gets an interpreter of its own. Further addresses and low ports cannot be
        had here."""
        return cls(files, limits)

    @contextlib.asynccontextmanager
    async def run(
        self,
        program: str,
        *,
        connections: int = 0,
        own_host: str = "",
        own_port: int = 0,
        listen: str = "",
        port: int = 0,
        usual_port: int = 0,
    ) -> AsyncIterator[PlainRun]:
        """Run one program; on leaving, it has ended. Our address is the usual one, and the kernel picks our ports.

        Raises SandboxError when the port is taken on this machine.
        """
        with contextlib.ExitStack() as held:
            sockets = make_sockets(connections, listen, port)
            for one in sockets:
                held.callback(drop, one)
            outputs = [held.enter_context(tempfile.TemporaryFile()) for _ in range(2)]
            run = PlainRun(self, self.home / program, sockets, outputs)
            try:
                yield run
            finally:
                await run.finish()

    async def leftover(self) -> str:
        """Nothing is promised between runs."""
        return ""

    async def close(self) -> None:
        """Remove the copy."""
        self.folder.cleanup()


class PlainRun:
    """One program as a plain process; see `running.Run`."""

    lost = ""  # there is no box to lose
    own = ("", 0)  # the kernel's choice

    def __init__(self, box: PlainBox, path: Path, sockets: list[socket.socket], outputs: Sequence[IO[bytes]]) -> None:
        self.box, self.sockets, self.files = box, sockets, outputs
        self.log = Path(box.folder.name, "dials")
        self.log.write_bytes(bytes(DIAL_LOG_BYTES))
        with descriptors.as_found():
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-B", path.name],
                cwd=path.parent,
                env=environment(self.log),
                stdin=subprocess.DEVNULL,
                stdout=self.files[0],
                stderr=self.files[1],
                start_new_session=True,
            )
        self.pid = self.process.pid
        self.ended: asyncio.Future[Ending] = asyncio.ensure_future(self._await_end())
        self.cpu_seconds = 0.0
        self.stderr_before_dump: int | None = None
        self.finished = False

    async def _await_end(self) -> Ending:
        while (code := self.process.poll()) is None:
            await asyncio.sleep(POLL_SECONDS)
        return Ending(code, None) if code >= 0 else Ending(None, -code)

    def over(self) -> bool:
        """Whether the main process has ended and, where that can be seen, every process that it has started."""
        if not self.ended.done():
            return False
        look = self.look()
        return not HAS_PROC or (look.complete and not look.threads)

    def output_bytes(self) -> tuple[int, int]:
        """Bytes printed so far to stdout and to stderr."""
        return os.fstat(self.files[0].fileno()).st_size, os.fstat(self.files[1].fileno()).st_size

    def ran_out_of_memory(self) -> bool:
        """Never known here."""
        return False

    def printed_bytes(self) -> int:
        """Bytes that the program itself printed, to stdout or to stderr, whichever are more."""
        stdout, stderr = self.output_bytes()
        return max(stdout, stderr if self.stderr_before_dump is None else self.stderr_before_dump)

    def output(self, most: int) -> tuple[bytes, bytes]:
        """What was printed to stdout and to stderr, up to `most` bytes each, without a stack that we asked for."""
        end = most if self.stderr_before_dump is None else min(most, self.stderr_before_dump)
        return read_from(self.files[0].fileno(), 0, most), read_from(self.files[1].fileno(), 0, end)

    def dials(self) -> tuple[Dial, ...]:
        """Addresses that the program asked to connect or bind to so far."""
        return parse_dials(self.log.read_bytes())

    def members(self) -> list[int]:
        """The program's processes: those of its session."""
        found = []
        for name in os.listdir("/proc"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if name.isdigit() and os.getsid(int(name)) == self.pid:
                    found.append(int(name))
        return found

    def look(self) -> Look:
        """The program's threads; where there is no /proc, a look that proves nothing."""
        if not HAS_PROC:
            return Look(threads=(), memory_bytes=0, complete=False)
        proc = os.open("/proc", os.O_RDONLY)
        try:
            return kernel.look(proc, self.members())
        finally:
            os.close(proc)

    def rests(self, look: Look) -> bool:
        """Whether no thread is about to do anything: each sleeps in a call."""
        return rests(look)

    def sleeps_on(self, look: Look) -> bool:
        """Whether no thread has run since the look."""
        return unchanged(look, self.look())

    def rows(self) -> list[Row]:
        """Nothing: the machine's tables hold everybody's connections."""
        return []

    def listening(self) -> list[Socket]:
        """TCP sockets on which the program listens; none where there is no /proc."""
        if not HAS_PROC:
            return []
        mine = set()
        for process in self.members():
            with contextlib.suppress(OSError):
                for name in os.listdir(f"/proc/{process}/fd"):
                    with contextlib.suppress(OSError):
                        mine.add(os.readlink(f"/proc/{process}/fd/{name}"))
        net = os.open("/proc/net", os.O_RDONLY)
        try:
            return [row for row, inode in kernel.listening_with_inodes(net) if f"socket:[{inode}]" in mine]
        finally:
            os.close(net)

    def udp(self) -> list[Socket]:
        """Nothing: see `rows`."""
        return []

    def polls_connection(self, thread: Thread) -> bool:
        """Whether a thread polls a single descriptor. What the descriptor is cannot be seen here."""
        return polls_one(thread)

    def may_wake(self, look: Look) -> bool:
        """Unknown here; `grade check` may take a program with an alarm for stuck, which costs no marks."""
        return False

    def dump(self) -> bytes:
        """The stacks that the program printed when it was stopped, or nothing."""
        if self.stderr_before_dump is None:
            return b""
        return read_from(self.files[1].fileno(), self.stderr_before_dump, 1 << 16)

    def stack(self) -> tuple[Frame, ...]:
        """Where the program stood when it was stopped: innermost frame first."""
        home = f"{self.box.home}{os.sep}".encode()
        return parse_stack(self.dump().replace(home, b""))

    async def finish(self, *, dump: bool = False) -> None:
        """End the program: take the stacks if asked to, then kill it and its process group. Idempotent.

        The program is killed even when this is cancelled: in a session of its own, it gets no Ctrl-C.
        """
        if self.finished:
            return
        self.finished = True
        try:
            if dump and not self.ended.done() and DUMP_SIGNAL is not None:
                self.stderr_before_dump = self.output_bytes()[1]
                self.process.send_signal(DUMP_SIGNAL)
                await asyncio.wait({self.ended}, timeout=DUMP_SECONDS)
        finally:
            stopped = not self.ended.done()
            with contextlib.suppress(OSError):
                if os.name == "posix":
                    os.killpg(self.pid, signal.SIGKILL)
                else:
                    self.process.kill()
        await asyncio.shield(self.ended)
        for one in self.sockets:
            drop(one)
        if stopped or self.stderr_before_dump is not None:
            self.ended = asyncio.get_running_loop().create_future()
            self.ended.cancel()


def environment(log: Path) -> dict[str, str]:
    """The user's own environment, and what makes Python note the program's addresses (`inside/sitecustomize.py`)."""
    path = os.pathsep.join(filter(None, (str(INSIDE), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, TASK: f"watch {log}"}


def make_sockets(connections: int, listen: str, port: int) -> list[socket.socket]:
    """Sockets to connect with, and a listener if one is asked for. Raises SandboxError when the port is taken."""
    made = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(connections)]
    if listen:
        waiting = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.append(waiting)
        if os.name == "posix":
            waiting.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            waiting.bind((listen, port))
        except OSError as error:
            for one in made:
                one.close()
            raise SandboxError(
                f"Port {port} on {listen} cannot be used on this machine ({error.strerror}). "
                "Stop the program that uses it, then check again."
            ) from error
        waiting.listen(16)
    for one in made:
        one.setblocking(False)
    return made


def read_from(descriptor: int, start: int, most: int) -> bytes:
    """Bytes of an open file from a position. Where there is pread(2), the position of its writers does not move."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, most, start)
    os.lseek(descriptor, start, os.SEEK_SET)
    return os.read(descriptor, most)
