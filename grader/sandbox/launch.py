"""The one place that starts boxes and the programs in them, and that reaps them however a run ends.

A `Box` is one bubblewrap process with the launcher (`inside/launcher.py`) in it, and serves any number of runs of one
hand-in, one after another. `Box.run` starts a program and gives a `Run` (`running.py`): sockets into the box's network,
the kernel's state to look at, and a future for the program's end. What the launcher says is believed only about the
student's own run.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import functools
import importlib.util
import marshal
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

from grader.descriptors import EXHAUSTED, NONE_LEFT
from grader.errors import SandboxError
from grader.model import Limits, SourceFile
from grader.sandbox import host
from grader.sandbox.cgroups import Group, enclose
from grader.sandbox.filter import compiled_filter
from grader.sandbox.handed import as_sockets, close_all, memory_file
from grader.sandbox.inside.watch import DIAL_LOG_BYTES, LOW_PORTS, MESSAGE_BYTES, MODULES
from grader.sandbox.messages import OUT_OF_TURN, numbers, pack
from grader.sandbox.policy import ETC_FILES, INSIDE, bwrap_arguments, laid_out, resource_limits
from grader.sandbox.running import Run

MOST_DESCRIPTORS = 64
CREDENTIALS = struct.Struct("=iII")  # process, user, group
ANSWER_SECONDS = 60.0  # for an answer of the launcher, however loaded the machine; after that, a harness error


class Box:
    """A sealed box around one hand-in. Make one with `Box.start`; `close` is safe to call at any time, and twice."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, limits: Limits) -> None:
        self.process, self.control, self.limits = process, control, limits
        self.proc = self.net = self.dial_log = self.launcher = -1
        self.diagnosis: socket.socket | None = None
        self.group: Group | None = None
        self.sender = 0
        self.used = False
        self.broken = ""

    @classmethod
    async def start(
        cls,
        files: Sequence[SourceFile],
        limits: Limits,
        program: str,
        *,
        addresses: Sequence[str] = (),
        low_ports: bool = False,
    ) -> Box:
        """A box with `files` laid out in it, and an interpreter warm for `program`; other programs can run in it too.

        `addresses`: further addresses of the box.  `low_ports`: whether we listen in it at ports below FIRST_FREE_PORT.

        Raises SandboxError when this box does not come up, HostError when this machine can make none.
        """
        host.require_descriptors()
        with refusals():
            box = cls.spawned(files, limits, program, addresses, low_ports)
            try:
                await box.furnish(files)
            except BaseException:
                await box.close()
                raise
        return box

    @classmethod
    def spawned(
        cls, files: Sequence[SourceFile], limits: Limits, program: str, addresses: Sequence[str], low_ports: bool
    ) -> Box:
        """A box that has not answered yet. Raises SandboxError, HostError or OSError, and then leaves nothing open."""
        with contextlib.ExitStack() as undo:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            undo.callback(ours.close)
            with theirs:
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # before anybody can send: it tells who does
                ours.setblocking(False)
                dial_log = memory_file("dials", bytes(DIAL_LOG_BYTES))
                undo.callback(os.close, dial_log)
                privileges = [*addresses, *([LOW_PORTS] if low_ports else [])]
                process = spawn(theirs.fileno(), dial_log, limits, laid_out(files, mmap.PAGESIZE), program, privileges)
            undo.pop_all()
        box = cls(process, ours, limits)
        box.dial_log = dial_log
        return box

    async def furnish(self, files: Sequence[SourceFile]) -> None:
        """Wait until the box is ready, take what it hands out, and lay the hand-in out. Raises OSError too."""
        async with self.answering():
            fields, descriptors = await self.message()
        if fields[:1] != [b"ready"] or len(descriptors) != 3:
            close_all(descriptors)
            raise SandboxError("The box did not start properly.")
        self.proc, self.net = descriptors[:2]
        self.diagnosis = socket.socket(fileno=descriptors[2])
        self.control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        self.launcher = opened(self.sender)
        self.group = enclose(self.sender, self.limits)  # before there is anything of the student in it
        content = memory_file("files", pack(files))
        try:
            self.send("files", descriptors=[content])
        finally:
            os.close(content)

    def send(self, *fields: object, descriptors: Sequence[int] = ()) -> None:
        """One message to the launcher. Raises SandboxError when the box is gone."""
        data = b"\0".join(str(field).encode() for field in fields)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self.control.sendmsg([data], rights)
        except OSError as error:
            raise SandboxError(f"The box is gone ({error.strerror}).{self.complaint()}") from error

    async def message(self) -> tuple[list[bytes], list[int]]:
        """The launcher's next message. Raises SandboxError when the box has ended instead."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                room = socket.CMSG_SPACE(MOST_DESCRIPTORS * 4) + socket.CMSG_SPACE(CREDENTIALS.size)
                data, ancillary, flags, _ = self.control.recvmsg(MESSAGE_BYTES, room, socket.MSG_CMSG_CLOEXEC)
                break
            except BlockingIOError:
                ready: asyncio.Future[None] = loop.create_future()
                loop.add_reader(self.control.fileno(), set_once, ready)
                try:
                    await ready
                finally:
                    loop.remove_reader(self.control.fileno())
            except OSError:
                data, ancillary, flags = b"", [], 0
                break
        descriptors = array.array("i")
        for level, kind, payload in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(payload[: len(payload) - len(payload) % descriptors.itemsize])
            elif (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                self.sender = CREDENTIALS.unpack(payload)[0]  # the launcher's id outside the box: unix(7)
        if flags & socket.MSG_CTRUNC:
            close_all(descriptors)
            raise SandboxError(NONE_LEFT)
        if not data:
            raise SandboxError(f"The box ended unexpectedly.{self.complaint()}")
        return data.split(b"\0"), list(descriptors)

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """For waiting on an answer of the launcher. Raises SandboxError when none comes within ANSWER_SECONDS."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                yield
        except TimeoutError as error:
            raise SandboxError(f"The box did not answer within {ANSWER_SECONDS:.0f} s.{self.complaint()}") from error

    def memory_kills(self) -> int:
        """How many processes of this box the kernel has killed because its memory was used up."""
        return 0 if self.group is None else self.group.kills()

    async def words(self) -> list[bytes]:
        """The launcher's next message, of which no descriptor is wanted. Raises SandboxError."""
        fields, descriptors = await self.message()
        close_all(descriptors)
        return fields

    async def leftover(self) -> str:
        """What earlier runs have left behind, or an empty string: then the box is as good as new."""
        if self.used and not self.broken:
            try:
                self.send("inspect")
                async with self.answering():
                    fields = await self.words()
                return b" ".join(fields[1:]).decode(errors="replace") if fields[0] == b"inspected" else OUT_OF_TURN
            except SandboxError as error:
                self.broken = str(error)
        return self.broken

    def complaint(self) -> str:
        """What bubblewrap or the launcher printed before the box ended; for staff."""
        if self.process.poll() is None or self.process.stderr is None or self.process.stderr.closed:
            return ""
        os.set_blocking(self.process.stderr.fileno(), False)
        said = (self.process.stderr.read() or b"")[-2000:].decode(errors="replace").strip()
        return f" It said: {said}" if said else ""

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
    ) -> AsyncIterator[Run]:
        """Run one program of the hand-in; on leaving, every process of the run is dead and reaped.

        `connections`: sockets to make for connecting to it, of each family.
        `own_host`, `own_port`: where the grader comes from, see `Run.own`.
        `listen`: where a listener awaits it.
        `port`: the port that the run is about.  `usual_port`: the one that later runs will be about.
        Raises SandboxError when the box fails.
        """
        self.used = True
        outputs: list[int] = []
        kills = self.memory_kills()  # not later: on a busy machine a program may be killed before we hear of its start
        try:
            with refusals():
                for name in ("stdout", "stderr"):
                    outputs.append(os.memfd_create(name))
                handle, pid, sockets = await self.begin(program, connections, listen, port, usual_port, outputs)
            run = Run(self, pid, handle, outputs, sockets, (own_host, own_port), kills)
            try:
                with refusals(*EXHAUSTED):
                    yield run
            finally:
                await run.finish()
        finally:
            close_all(outputs)

    async def begin(
        self, program: str, connections: int, listen: str, port: int, usual_port: int, outputs: Sequence[int]
    ) -> tuple[int, int, list[socket.socket]]:
        """Have a program started. Returns a pidfd of it, its id in the box, and the sockets asked for.

        Raises SandboxError; then the box serves no other run, as the program may have been started all the same.
        """
        limits = resource_limits(self.limits, counts_processes=host.counts_processes_per_box())
        try:
            self.send("run", program, connections, listen, port, *limits, usual_port, descriptors=outputs)
            async with self.answering():
                fields, descriptors = await self.message()
            try:
                (pid,) = numbers(fields, b"started", 1)
                return descriptors[0], pid, as_sockets(descriptors[1:])
            except (SandboxError, OSError, IndexError) as error:
                close_all(descriptors)
                raise SandboxError(OUT_OF_TURN) from error
        except BaseException:
            self.broken = "A run was not begun."
            raise

    async def close(self) -> None:
        """End the box and everything in it. The kernel kills a PID namespace with its first process."""
        try:
            if self.process.poll() is None:
                kill_group(self.process.pid)
                await reap(self.process)
            if self.launcher >= 0:
                await ended(self.launcher)
        finally:
            self.release()

    def release(self) -> None:
        """Close all that we hold of the box."""
        close_all(one for one in (self.proc, self.net, self.dial_log, self.launcher) if one >= 0)
        self.proc = self.net = self.dial_log = self.launcher = -1
        if self.diagnosis is not None:
            self.diagnosis.close()
        self.control.close()
        if self.process.stderr is not None:
            self.process.stderr.close()
        if self.group is not None:
            self.group.close()
            self.group = None


@contextlib.contextmanager
def refusals(*numbers: int) -> Iterator[None]:
    """Turn an OSError while we handle a box into a SandboxError: the machine refused something; it is no bug of ours.

    `numbers`: the error numbers that count; all when there are none.
    """
    try:
        yield
    except OSError as error:
        if numbers and error.errno not in numbers:
            raise
        said = NONE_LEFT if error.errno in EXHAUSTED else f"The machine refused what a box needs: {error}."
        raise SandboxError(said) from error


def set_once(future: asyncio.Future[None]) -> None:
    """Mark a future done unless somebody else has."""
    if not future.done():
        future.set_result(None)


def spawn(
    control: int, dial_log: int, limits: Limits, handed_in: int, program: str, privileges: Sequence[str]
) -> subprocess.Popen[bytes]:
    """Start bubblewrap. Its own environment is empty too: inside, /proc/1/environ shows the one it was started with.

    `handed_in`: see `bwrap_arguments`.  `privileges`: what the launcher is to do that no program of a box may.
    """
    where, filtered = host.layout(), compiled_filter()
    contents = {**{path: text.encode() for path, text in ETC_FILES.items()}, **launcher_files(where.python)}
    given: list[int] = []

    def handed(name: str, data: bytes) -> int:
        given.append(memory_file(name, data))
        return given[-1]

    try:
        files = [(path, handed(path[1:], data)) for path, data in contents.items()]
        seccomp = handed("filter", filtered) if filtered else None
        task = " ".join(("launch", str(control), str(dial_log), *privileges))
        command = bwrap_arguments(
            where, limits, files=files, handed_in=handed_in, seccomp=seccomp, program=program, task=task,
            privileged=bool(privileges),
        )  # fmt: skip
        return subprocess.Popen(
            **host.as_nobody(command),
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[*given, control, dial_log],
            cwd="/",
            process_group=0,
        )
    finally:
        close_all(given)


@functools.cache
def launcher_files(python: str) -> Mapping[str, bytes]:
    """The launcher's files by their paths in the box: compiled, where the box's interpreter is of our own version.

    Compiling them in each box took a fifth of the time that a box needs to start.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = {}
    for name in ("sitecustomize", *MODULES):
        path, source = f"{INSIDE}/{name}.py", (Path(__file__).parent / "inside" / f"{name}.py").read_bytes()
        if os.path.basename(python) == version and sys.implementation.name == "cpython":
            code = marshal.dumps(compile(source, path, "exec", dont_inherit=True))
            found[f"{INSIDE}/{name}.pyc"] = importlib.util.MAGIC_NUMBER + bytes(12) + code
        else:
            found[path] = source
    return found


def opened(pid: int) -> int:
    """A pidfd. Raises SandboxError when the process is gone, OSError when none is left."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError as error:
        raise SandboxError("The box has ended.") from error


def kill_group(leader: int) -> None:
    """Kill bubblewrap together with its child: early on, the child would not die with its parent yet."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


async def reap(process: subprocess.Popen[bytes]) -> None:
    """Wait for a killed process without blocking the event loop, where there is a descriptor left for that."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        process.wait()
        return
    try:
        await ended(descriptor)
    finally:
        os.close(descriptor)
        process.wait()


async def ended(descriptor: int) -> None:
    """Wait until the process of a pidfd has ended. With a launcher, all other processes of its box have ended too."""
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, set_once, gone)
    try:
        await gone
    finally:
        loop.remove_reader(descriptor)
