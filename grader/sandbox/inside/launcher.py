"""The launcher: the one trusted process inside a box.

It runs as process 1 of the box's own PID namespace, holds nothing secret, and does what only someone inside can do:
make sockets that belong to the box's network and hand them out, fork a warm interpreter that becomes the student's
program, end everything when told to, and say whether a run left anything behind.

Theory of operation. The supervisor outside speaks over one sequenced-packet Unix socket; a message is NUL-separated
fields, descriptors travel beside it (SCM_RIGHTS).

    in   files              + a memory file of the hand-in     out  ready   + /proc, /proc/net, a netlink socket
    in   run <fields>       + stdout, stderr                   out  started + a pidfd, the sockets asked for
                                                               out  exited  code, signal of the program's main process
    in   stop <dump>                                           out  ended   cpu
    in   inspect                                               out  inspected   what was left behind, or nothing

Being process 1 matters: no process of the box can kill it, orphans become its children, and `kill(-1)` reaches all
others at once, which no fork bomb outruns. It is not dumpable, so nobody in the box can trace it or read its memory.
The launcher works while its interpreter, started as `python3 FILE`, is still starting up (`sitecustomize.py`). A forked
child only has to return from here, and Python itself goes on to run the file: no frame of ours is on the stack, and
`__main__`, `sys.argv`, `sys.path[0]`, messages and exit status are Python's own. A program gets an interpreter of its
own instead in two cases: where a file beside it has the name of a module that is already loaded here, so that the file
shadows the module exactly as it would for the student; and where it is not the program that this box was made for.
"""

from __future__ import annotations

# Every box pays for each of these. So not `ctypes`, `signal` or `weakref`: the modules that they wrap are enough here.
# And nothing that a program that imports `socket` would not load as well.
import _ctypes
import _signal  # type: ignore[import-not-found]
import array
import gc
import mmap
import os
import resource
import select
import socket
import sys

import ending  # type: ignore[import-not-found]  # the files beside this one
import watch  # type: ignore[import-not-found]
from network import FAMILIES, add_addresses, listener  # type: ignore[import-not-found]
from remains import Inventory, leftovers, snapshot  # type: ignore[import-not-found]
from watch import HOME, LOW_PORTS, MESSAGE_BYTES

MOST_DESCRIPTORS = 1 << 20
TELLS = 500  # descriptor of the pipe on which a program that is being started tells whether it was
STARTED, FAILED = b"+", b"!"
DUMP_MILLISECONDS = 2000  # how long a program may take to print its stack, on a machine however loaded; then without

PR_SET_DUMPABLE = 4
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
LINUX_CAPABILITY_VERSION_3 = 0x20080522
CAP_NET_BIND_SERVICE = 10


def libc(name: str, *arguments: int | bytes) -> int:
    """Call a function of the C library that Python does not offer."""
    function = _ctypes.dlsym(_ctypes.dlopen(None, 0), name)  # type: ignore[arg-type]  # None is the program itself
    return int(_ctypes.call_function(function, arguments))


# --- talking to the supervisor --------------------------------------------------------------------------------------


def receive(control: socket.socket) -> tuple[list[bytes], list[int]]:
    """One message and the descriptors that came with it. Ends this process when the supervisor is gone."""
    room = array.array("i")
    data, ancillary, _, _ = control.recvmsg(MESSAGE_BYTES, socket.CMSG_SPACE(8 * room.itemsize))
    for level, kind, payload in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            room.frombytes(payload[: len(payload) - len(payload) % room.itemsize])
    if not data:
        os._exit(0)
    return data.split(b"\0"), list(room)


def send(control: socket.socket, *fields: object, descriptors: list[int] | None = None) -> None:
    """One message to the supervisor, with descriptors beside it."""
    message = b"\0".join(str(field).encode() for field in fields)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    control.sendmsg([message], rights)


# --- the hand-in's folder -------------------------------------------------------------------------------------------


def write_files(descriptor: int) -> None:
    """Lay the hand-in out in the box. Format: for each file `path NUL size NUL` and its bytes."""
    with os.fdopen(descriptor, "rb") as stream:
        blob = stream.read()
    at = 0
    while at < len(blob):
        path_end = blob.index(b"\0", at)
        size_end = blob.index(b"\0", path_end + 1)
        path, size = blob[at:path_end].decode(), int(blob[path_end + 1 : size_end])
        at = size_end + 1 + size
        target = os.path.join(HOME, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as out:
            out.write(blob[size_end + 1 : at])


def keep_capabilities(*kept: int) -> None:
    """Give up all capabilities but these, and see that no program started from here gets any (capabilities(7))."""
    libc("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    mask = sum(1 << capability for capability in kept)  # all of those that are kept here are below 32
    header = array.array("I", [LINUX_CAPABILITY_VERSION_3, 0]).tobytes()
    if libc("capset", header, array.array("I", [mask, mask, 0, 0, 0, 0]).tobytes()) != 0:
        raise OSError("the capabilities over the box's network could not be given up")


# --- becoming the program -------------------------------------------------------------------------------------------


def set_limits(cpu: int, data: int, file_bytes: int, processes: int, open_files: int) -> None:
    """The kernel's own limits, as a second line behind the supervisor's watch. Zero leaves a limit as it is.

    Memory is bounded by RLIMIT_DATA rather than RLIMIT_AS: each thread of an honest program reserves 64 MiB of
    address space for its allocator that it never touches.
    """
    for kind, value in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_AS, 8 * data),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_NOFILE, open_files),
    ):
        if value:
            hard = resource.getrlimit(kind)[1]
            limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_MSGQUEUE, (0, 0))  # a message queue outlives its process


def close_all_but(kept: int, first: int) -> None:
    """Close all descriptors from `first` on, and leave `kept`."""
    os.closerange(first, kept)
    os.closerange(kept + 1, MOST_DESCRIPTORS)


def read_to_end(pipe: int) -> bytes:
    """All that comes out of a pipe until its other end is closed; the start of another interpreter closes it too."""
    with os.fdopen(pipe, "rb", buffering=0) as stream:
        return stream.read()


def shadows(folder: str) -> bool:
    """Whether a file beside the program has the name of a module that a forked program would find already loaded."""
    loaded = sys.modules.keys() - {*watch.MODULES}
    return any(name.split(".", 1)[0] in loaded for name in os.listdir(folder))


def become(path: str, arguments: list[bytes], log: mmap.mmap, log_descriptor: int, output: list[int]) -> None:
    """In the forked child: stop being the launcher, and become an interpreter that is about to run `path`.

    `arguments`: CPU seconds, bytes of memory, bytes of a file, processes, open files; 0 means no limit.
    When all has gone well, writes STARTED to TELLS and closes it.
    """
    os.setpgid(0, 0)  # as a shell does it; the leader of a session could not change its group
    folder, name = os.path.split(path)
    os.chdir(folder)
    nothing = os.open("/dev/null", os.O_RDONLY)
    for target, source in enumerate((nothing, *output)):
        os.dup2(source, target)
    set_limits(*(int(field) for field in arguments))
    keep_capabilities()
    libc("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)
    with open("/proc/self/oom_score_adj", "w") as badness:
        badness.write("1000")  # where memory runs out, this program is to go, and not the launcher
    if path != sys.argv[0] or shadows(folder):
        os.dup2(log_descriptor, 3)
        os.set_inheritable(3, True)  # dup2 changes nothing if the log is 3 already
        close_all_but(TELLS, 4)
        os.write(TELLS, STARTED)
        task = {"PYTHONPATH": os.path.dirname(__file__), watch.TASK: "watch 3"}
        os.execve(sys.executable, [sys.executable, "-s", "-u", "-B", name], {**os.environ, **task})
    close_all_but(TELLS, 3)
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    sys.argv[0] = name
    sys.orig_argv[:] = ["python3", name]
    watch.watch(log)
    os.write(TELLS, STARTED)
    os.close(TELLS)


# --- the launcher's life --------------------------------------------------------------------------------------------


class Launcher:
    """State between messages: the control socket, the dial log, and what the clean box looked like."""

    def __init__(self, control: int, dial_log: int) -> None:
        self.control = socket.socket(fileno=control)
        self.log_descriptor = dial_log
        self.log = mmap.mmap(self.log_descriptor, watch.DIAL_LOG_BYTES)
        self.clean: tuple[Inventory, ...] = ()
        self.ports: set[int] = set()

    def greet(self) -> None:
        """Hand out what lets the supervisor look at this box's kernel state without trusting anyone inside."""
        handed = [os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), os.open("/proc/1/net", os.O_RDONLY | os.O_DIRECTORY)]
        diagnosis = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 4)  # NETLINK_SOCK_DIAG of this network
        send(self.control, "ready", descriptors=[*handed, diagnosis.fileno()])
        for descriptor in handed:
            os.close(descriptor)

    def serve(self) -> None:
        """Answer the supervisor for ever. Returns only in a forked child, which is to go on as the program."""
        while True:
            fields, descriptors = receive(self.control)
            if fields[0] == b"files":
                write_files(descriptors[0])
                self.clean = snapshot()
                ending.spare_what_is_loaded()
                gc.enable()
            elif fields[0] == b"inspect":
                send(self.control, "inspected", leftovers(self.clean, self.ports))
            elif fields[0] == b"run" and self.run(fields[1:], descriptors):
                return

    def run(self, fields: list[bytes], output: list[int]) -> bool:
        """One run, from fork to a clean box. Returns True in the forked child, False in the launcher."""
        path = os.path.join(HOME, fields[0].decode())
        sockets, listen_host, port = int(fields[1]), fields[2].decode(), int(fields[3])
        self.log[:] = bytes(watch.DIAL_LOG_BYTES)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        handed = self.make_sockets(sockets, listen_host, port)
        told, tells = os.pipe()
        child = os.fork()
        if child == 0:
            self.control.detach()
            for made in handed:
                made.close()
            try:
                os.dup2(tells, TELLS, inheritable=False)  # out of the way; the start of another interpreter closes it
                become(path, fields[4:9], self.log, self.log_descriptor, output)
                return True
            except BaseException:
                os.write(TELLS, FAILED)
                os._exit(127)
        os.close(tells)
        for descriptor in output:
            os.close(descriptor)
        # Waited for before "started" is sent: else a program stopped on its way here would look like one that we
        # could not start.
        if read_to_end(told) != STARTED:  # our own fault, and no ending of the program's
            raise OSError("a program could not be started")
        ended = os.pidfd_open(child)
        send(self.control, "started", child, descriptors=[ended, *(made.fileno() for made in handed)])
        for made in handed:
            made.close()
        self.attend(child, ended)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime
        send(self.control, "ended", int(cpu * 1e6))
        self.ports |= {port, int(fields[9]), *self.bound_ports()}
        return False

    def bound_ports(self) -> set[int]:
        """Ports that the program asked to bind, as far as the dial log has them."""
        rows = [row.split(b"\0") for row in self.log[:].rstrip(b"\0").split(b"\n")]
        return {int(row[2]) for row in rows if row[0] == b"bind" and row[2:] and row[2].isdigit()}

    def make_sockets(self, count: int, listen_host: str, port: int) -> list[socket.socket]:
        """Sockets of this box's network: `count` of each family to connect with, and one to accept on."""
        made = []
        for family in FAMILIES:
            for _ in range(count):
                one = socket.socket(family, socket.SOCK_STREAM)
                one.setblocking(False)
                made.append(one)
        if listen_host:
            made.append(listener(listen_host, port))
        return made

    def attend(self, child: int, ended: int) -> None:
        """Report the end of the program, wait for the order to stop, then end and reap every process of the box."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(ended, select.POLLIN)
        alive = True
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if ended in ready:
                poll.unregister(ended)
                alive = False
                self.report(child)
            if self.control.fileno() in ready:
                fields, _ = receive(self.control)
                break
        if alive and fields[1] == b"1":
            self.dump(child, ended)
        os.close(ended)
        sweep()

    def report(self, child: int) -> None:
        """Tell how the program's main process ended."""
        _, status = os.waitpid(child, 0)
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        send(self.control, "exited", code, number)

    def dump(self, child: int, ended: int) -> None:
        """Have the program print its stacks (faulthandler, to its stderr), which also ends it."""
        if is_deaf(child, watch.DUMP_SIGNAL):  # waiting would be in vain, and it may be spinning
            return
        for victim in (child, -1):
            try:
                ask_for_stacks(victim)
                os.kill(victim, _signal.SIGCONT)  # so that a stopped program prints its stack as well
            except ProcessLookupError:
                return
            waiter = select.poll()
            waiter.register(ended, select.POLLIN)
            waiter.poll(DUMP_MILLISECONDS)


def is_deaf(process: int, number: int) -> bool:
    """Whether the main thread of a process ignores or blocks a signal (proc(5))."""
    with open(f"/proc/{process}/status") as status:
        masks = [int(line.split()[1], 16) for line in status if line.startswith(("SigIgn:", "SigBlk:"))]
    return any(mask >> (number - 1) & 1 for mask in masks)


def ask_for_stacks(victim: int) -> None:
    """Send the signal on which a program prints its stacks. `victim`: a process, whose main thread gets it; -1 for all.

    Any other thread might still be printing when the main thread, which may have been stopped and is about to go on,
    ends the program. Raises ProcessLookupError when there is no such process.
    """
    try:
        sent = victim > 0 and libc("tgkill", victim, victim, watch.DUMP_SIGNAL) == 0
    except OSError:  # a C library that does not offer it
        sent = False
    if not sent:
        os.kill(victim, watch.DUMP_SIGNAL)


def sweep() -> None:
    """Kill and reap everything but ourselves. `kill(-1)` is atomic against fork: no process is missed."""
    try:  # noqa: SIM105
        os.kill(-1, _signal.SIGKILL)
    except ProcessLookupError:
        pass
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def forget_task() -> None:
    """Blank our folder and task where /proc/self/environ shows what an interpreter was started with."""
    with open("/proc/self/stat") as stat, open("/proc/self/environ", "rb") as block:
        start, environment = int(stat.read().rpartition(")")[2].split()[47]), block.read()  # proc(5): env_start
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        for name in (b"PYTHONPATH=", f"{watch.TASK}=".encode()):
            at = environment.find(name)
            if at >= 0:
                memory.seek(start + at)
                memory.write(bytes(environment.index(b"\0", at) - at))


def main(words: list[str]) -> None:
    """Be the launcher; return in a forked child.

    `words`: the two descriptors, then further addresses of the box, and LOW_PORTS if it is to listen at such ports.
    """
    try:
        low_ports, hosts = LOW_PORTS in words[2:], [word for word in words[2:] if word != LOW_PORTS]
        if hosts:
            add_addresses(hosts)
        keep_capabilities(*([CAP_NET_BIND_SERVICE] if low_ports else []))
        # Nobody inside can send process 1 a signal that it has no handler for. And a program shall not ignore what the
        # grader may ignore (nohup).
        for number in (_signal.SIGINT, _signal.SIGHUP, _signal.SIGQUIT, _signal.SIGTERM):
            _signal.signal(number, _signal.SIG_DFL)
        forget_task()
        libc("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
        launcher = Launcher(int(words[0]), int(words[1]))
        launcher.greet()
        launcher.serve()
    except BaseException as error:  # never let the program run as the launcher
        os.write(2, f"The launcher failed: {type(error).__name__}: {error}\n".encode())
        os._exit(1)
