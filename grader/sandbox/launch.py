"""The one place that starts boxes, and programs in them, and that reaps on every way out.

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
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path

from grader.errors import SandboxError
from grader.model import Limits, SourceFile
from grader.sandbox import host
from grader.sandbox.cgroups import Group, enclose
from grader.sandbox.filter import compiled_filter, memory_file
from grader.sandbox.inside.watch import DIAL_LOG_BYTES
from grader.sandbox.messages import OUT_OF_TURN, numbers, pack
from grader.sandbox.policy import ETC_FILES, INSIDE, bwrap_arguments
from grader.sandbox.running import Run

MESSAGE_BYTES = 1 << 16
MOST_DESCRIPTORS = 64
CREDENTIALS = struct.Struct("=iII")  # process, user, group
START_SECONDS = 60.0  # for a box to say that it is ready, on a machine however loaded; a harness error after that


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
        """A box with `files` laid out in it, and an interpreter warm for `program`; others can be run in it as well.

        `addresses`: further ones of its own.  `low_ports`: whether we listen in it at ports below FIRST_FREE_PORT.

        Raises SandboxError when it does not come up, HostError when none can.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # before anybody can send: then it says who it is
        dial_log = memory_file("dials", bytes(DIAL_LOG_BYTES))
        try:
            with theirs:
                process = spawn(theirs.fileno(), dial_log, limits, program, addresses, low_ports)
        except BaseException:
            ours.close()
            os.close(dial_log)
            raise
        ours.setblocking(False)
        box = cls(process, ours, limits)
        box.dial_log = dial_log
        try:
            fields, descriptors = await asyncio.wait_for(box.message(), START_SECONDS)
            if fields[:1] != [b"ready"] or len(descriptors) != 3:
                close_all(descriptors)
                raise SandboxError("The box did not start properly.")
            box.proc, box.net = descriptors[:2]
            box.diagnosis = socket.socket(fileno=descriptors[2])
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
            box.launcher = opened(box.sender)
            box.group = enclose(box.sender, limits)  # before there is anything of the student in it
            content = memory_file("files", pack(files))
            try:
                box.send("files", descriptors=[content])
            finally:
                os.close(content)
        except TimeoutError as error:
            await box.close()
            raise SandboxError(f"The box was not ready after {START_SECONDS:.0f} s.") from error
        except BaseException:
            await box.close()
            raise
        return box

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
                self.sender = CREDENTIALS.unpack(payload)[0]  # the launcher's id, as we count: unix(7)
        if flags & socket.MSG_CTRUNC:
            close_all(descriptors)
            raise SandboxError(
                "No descriptors are left for a box. Raise `ulimit -n`, or give `--jobs` a smaller number."
            )
        if not data:
            raise SandboxError(f"The box ended unexpectedly.{self.complaint()}")
        return data.split(b"\0"), list(descriptors)

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
        outputs = [os.memfd_create(name) for name in ("stdout", "stderr")]
        try:
            limits = (round(2 * self.limits.cpu_seconds + 1.5), self.limits.memory_bytes, self.limits.file_bytes)
            processes = self.limits.processes + 1 if host.counts_processes_per_box() else 0
            self.send("run", program, connections, listen, port, *limits, processes, usual_port, descriptors=outputs)
            fields, descriptors = await self.message()
            try:
                (pid,) = numbers(fields, b"started", 1)
                handle, sockets = descriptors[0], as_sockets(descriptors[1:])
            except (SandboxError, OSError, IndexError) as error:
                close_all(descriptors)
                raise SandboxError(OUT_OF_TURN) from error
            run = Run(self, pid, handle, outputs, sockets, (own_host, own_port))
            try:
                yield run
            finally:
                await run.finish()
        finally:
            close_all(outputs)

    async def close(self) -> None:
        """End the box and everything in it. The kernel kills a PID namespace with its first process."""
        if self.process.poll() is None:
            kill_group(self.process.pid)
            await reap(self.process)
        if self.launcher >= 0:
            await ended(self.launcher)
        for descriptor in (self.proc, self.net, self.dial_log, self.launcher):
            if descriptor >= 0:
                os.close(descriptor)
        self.proc = self.net = self.dial_log = self.launcher = -1
        if self.diagnosis is not None:
            self.diagnosis.close()
        self.control.close()
        if self.process.stderr is not None:
            self.process.stderr.close()
        if self.group is not None:
            self.group.close()
            self.group = None


def close_all(descriptors: Iterable[int]) -> None:
    """Close descriptors that nobody wants."""
    for one in descriptors:
        os.close(one)


def as_sockets(descriptors: Sequence[int]) -> list[socket.socket]:
    """Sockets of these descriptors, or OSError; then the descriptors are as they were."""
    made: list[socket.socket] = []
    try:
        for one in descriptors:
            made.append(socket.socket(fileno=one))
    except OSError:
        for sock in made:
            sock.detach()
        raise
    return made


def set_once(future: asyncio.Future[None]) -> None:
    """Mark a future done unless somebody else has."""
    if not future.done():
        future.set_result(None)


def spawn(
    control: int, dial_log: int, limits: Limits, program: str, addresses: Sequence[str], low_ports: bool
) -> subprocess.Popen[bytes]:
    """Start bubblewrap. Its own environment is empty too: inside, /proc/1/environ shows the one it was started with."""
    where = host.layout()
    contents = {**{path: text.encode() for path, text in ETC_FILES.items()}, **launcher_files(where.python)}
    files = [(path, memory_file(path[1:], data)) for path, data in contents.items()]
    filtered = compiled_filter()
    seccomp = memory_file("filter", filtered) if filtered else None
    given = [descriptor for _, descriptor in files] + ([seccomp] if seccomp is not None else [])
    privileges = [*addresses, *(["low-ports"] if low_ports else [])]
    task = " ".join(("launch", str(control), str(dial_log), *privileges))
    command = bwrap_arguments(
        where, limits, files=files, seccomp=seccomp, program=program, task=task, privileged=bool(privileges)
    )
    try:
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
    except OSError as error:
        raise SandboxError(f"bubblewrap could not be started: {error}") from error
    finally:
        close_all(given)


@functools.cache
def launcher_files(python: str) -> Mapping[str, bytes]:
    """What goes into a box, by its path there: compiled, where the box's interpreter is of our own version.

    Compiling them anew took a fifth of the time that a box needs to start.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = {}
    for name in ("sitecustomize", "launcher", "ending", "watch"):
        path, source = f"{INSIDE}/{name}.py", (Path(__file__).parent / "inside" / f"{name}.py").read_bytes()
        if os.path.basename(python) == version and sys.implementation.name == "cpython":
            code = marshal.dumps(compile(source, path, "exec", dont_inherit=True))
            found[f"{INSIDE}/{name}.pyc"] = importlib.util.MAGIC_NUMBER + bytes(12) + code
        else:
            found[path] = source
    return found


def opened(pid: int) -> int:
    """A pidfd. Raises SandboxError when the process is gone."""
    try:
        return os.pidfd_open(pid)
    except OSError as error:
        raise SandboxError("The box has ended.") from error


def kill_group(leader: int) -> None:
    """Kill bubblewrap with its child: until that one has come far enough to die with its parent, it would stay."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


async def reap(process: subprocess.Popen[bytes]) -> None:
    """Wait for a killed process without blocking the event loop."""
    descriptor = os.pidfd_open(process.pid)
    try:
        await ended(descriptor)
    finally:
        os.close(descriptor)
        process.wait()


async def ended(descriptor: int) -> None:
    """Wait until the process of a pidfd has ended: of the launcher, then all others of its box have as well."""
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, set_once, gone)
    try:
        await gone
    finally:
        loop.remove_reader(descriptor)
