"""What one run leaves for the next run in a box: nothing, or `leftover` says so and the box is not used again."""

from __future__ import annotations

import asyncio

import pytest
from boxes import hand_in, run_in_turn

from grader.model import Limits
from grader.sandbox.inside.watch import HOME
from grader.sandbox.launch import Box

pytestmark = pytest.mark.sandbox

LOOK_AROUND = """
    import os
    print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()) == [1, os.getpid()])
"""


def test_an_ordinary_run_leaves_nothing() -> None:
    """A program that prints, forks, threads, connects to itself on a free port and ends leaves the box as new."""
    program = """
        import os, socket, threading
        threading.Thread(target=print, args=["thread"]).start()
        if os.fork() == 0:
            os._exit(0)
        os.wait()
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
    """
    assert run_in_turn(program)[0].leftover == ""


@pytest.mark.parametrize("program", ["program.py", "other.py"])
def test_a_program_that_is_stopped_at_once_leaves_its_box_as_new(program: str) -> None:
    """Whether it shares the launcher's interpreter or has one of its own: it was started, however little it has run."""

    async def stopped_at_once() -> tuple[list[str], str]:
        box = await Box.start(hand_in({"program.py": "", "other.py": ""}), Limits(), "program.py")
        lost = []
        try:
            for _ in range(10):
                async with box.run(program) as run:
                    pass
                lost.append(run.lost)
            return lost, await box.leftover()
        finally:
            await box.close()

    assert asyncio.run(stopped_at_once()) == ([""] * 10, "")


def test_a_daemon_is_gone_before_the_next_run() -> None:
    """A child that has left the program's session, and lost its parent, is dead when the next program starts."""
    daemon = """
        import os, signal
        told, tell = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
            for number in (1, 2, 15):
                signal.signal(number, signal.SIG_IGN)
            os.write(tell, b"x")
            while True:
                signal.pause()
        os.read(told, 1)
    """
    first, second = run_in_turn(daemon, LOOK_AROUND)
    assert (first.record.exit_code, first.leftover) == (0, "")
    assert second.lines == ["True"]


def test_a_daemon_that_forks_on_and_on_is_gone_before_the_next_run() -> None:
    """Nor does a chain of processes, each of which starts the next and ends, get away."""
    chain = """
        import os
        told, tell = os.pipe()
        if os.fork() == 0:
            os.write(tell, b"x")
            while True:
                if os.fork():
                    os._exit(0)
        os.read(told, 1)
    """
    first, second = run_in_turn(chain, LOOK_AROUND)
    assert (first.record.exit_code, second.lines) == (0, ["True"])


@pytest.mark.parametrize("folder", [HOME, "/tmp", "/dev/shm"])
@pytest.mark.parametrize(
    "deed",
    [
        "open('new', 'w')",
        "os.mkdir('new')",
        "os.symlink('nowhere', 'new')",
        "os.mkfifo('new')",
        "socket.socket(socket.AF_UNIX).bind('new')",
        "open('new', 'w'); os.remove('new')",
        "os.chmod('.', 0o700)",
    ],
)
def test_a_changed_folder_is_noticed(folder: str, deed: str) -> None:
    """Whatever a run makes, removes or changes in a folder that it can write to, the box is not used again."""
    assert run_in_turn(f"import os, socket; os.chdir({folder!r}); {deed}")[0].leftover == "files"


@pytest.mark.parametrize(
    "deed",
    [
        "open(path, 'a').write('#')",
        "os.remove(path)",
        "os.rename(path, 'other.py')",
        "os.chmod(path, 0)",
        "os.link(path, 'other.py'); os.remove('other.py')",
        "open(path, 'r+').write('#'); os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))",
        "memory = mmap.mmap(os.open(path, os.O_RDWR), 0); memory[:1] = b'#'; memory.flush()",
    ],
)
def test_a_changed_program_is_noticed(deed: str) -> None:
    """A program that alters its own folder cannot pass itself off as another in the next run."""
    program = f"import mmap, os; path = 'program2.py'; before = os.stat(path); {deed}"
    assert run_in_turn(program, "print('the program that was handed in')")[0].leftover == "files"


def test_reading_leaves_nothing() -> None:
    """Reading one's own files and importing a module beside the program leaves the box as new: no bytecode either."""
    first = run_in_turn("import program2, os; os.listdir('.'); open('program2.py').read()", "value = 1")[0]
    assert (first.record.exit_code, first.leftover) == (0, "")


def test_environment_and_modules_start_anew() -> None:
    """What a program did to its environment, modules, builtins, folder, mask and signals is gone in the next run."""
    first = """
        import builtins, os, signal, socket, sys
        os.environ["LEFT"] = "1"
        os.putenv("ALSO", "1")
        os.chdir("/tmp")
        os.umask(0o777)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.path.append("/left")
        sys.setrecursionlimit(50)
        socket.AF_INET = 77
        builtins.print = None
    """
    second = """
        import os, signal, socket, sys
        print(os.getenv("LEFT"), os.getenv("ALSO"), os.getcwd(), os.umask(0))
        print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "/left" in sys.path)
        print(sys.getrecursionlimit(), int(socket.AF_INET))
    """
    assert run_in_turn(first, second)[1].lines == [f"None None {HOME} 18", "True False", "1000 2"]


def test_a_listener_of_a_child_is_gone_before_the_next_run() -> None:
    """A child that goes on listening does not keep the port from the next program."""
    first = """
        import os, signal, socket
        told, tell = os.pipe()
        if os.fork() == 0:
            os.setsid()
            server = socket.create_server(("127.0.0.1", 65432))
            os.write(tell, b"x")
            signal.pause()
        os.read(told, 1)
    """
    second = "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 65432))\nprint('free')"
    seen = run_in_turn(first, second)
    assert (seen[0].leftover, seen[1].lines) == ("", ["free"])


@pytest.mark.parametrize(("family", "host"), [("AF_INET", "127.0.0.1"), ("AF_INET", "127.0.0.2"), ("AF_INET6", "::1")])
@pytest.mark.parametrize("port", [65432, 7000])
def test_a_closed_connection_that_blocks_a_port_is_noticed(family: str, host: str, port: int) -> None:
    """A program whose own closing keeps its port busy (TIME_WAIT) does not make the next one fail to bind."""
    first = f"""
        import socket
        server = socket.create_server(({host!r}, {port}), family=socket.{family})
        client = socket.create_connection(({host!r}, {port}))
        accepted, _ = server.accept()
        accepted.close()
        client.recv(1)
    """
    second = f"""
        import socket
        socket.socket(socket.{family}).bind(({host!r}, {port}))
        print("free")
    """
    seen = run_in_turn(first, second)
    assert seen[0].record.exit_code == 0
    assert seen[0].leftover or seen[1].lines == ["free"]


@pytest.mark.parametrize(
    ("make", "find"),
    [
        ("shmget(77, 4096, 0o1600)", "shmget(77, 4096, 0)"),
        ("semget(77, 1, 0o1600)", "semget(77, 1, 0)"),
        ("msgget(77, 0o1600)", "msgget(77, 0)"),
        ("mq_open(b'/queue', 0o102, 0o600, None)", "mq_open(b'/queue', 0)"),
    ],
)
def test_shared_memory_and_queues_are_gone_or_noticed(make: str, find: str) -> None:
    """Objects of System V and POSIX that belong to no process do not reach the next run."""
    text = "import ctypes; print(ctypes.CDLL(None).{} >= 0)"
    first, second = run_in_turn(text.format(make), text.format(find))
    assert first.leftover or second.lines == ["False"]


def test_an_abstract_socket_is_gone_before_the_next_run() -> None:
    """A name in the box's abstract namespace is free again."""
    bind = "import socket\ns = socket.socket(socket.AF_UNIX)\ns.bind('\\0name')\nprint('bound')"
    assert [seen.lines for seen in run_in_turn(bind, bind)] == [["bound"], ["bound"]]


def test_output_of_one_run_is_not_in_the_next() -> None:
    """Each run has its own stdout and stderr."""
    seen = run_in_turn("print('first')\n1 / 0", "print('second')")
    assert (seen[1].record.stdout, seen[1].record.stderr) == (b"second\n", b"")


def test_addresses_noted_in_one_run_are_not_in_the_next() -> None:
    """The log of dialled addresses starts empty, also after a program has scribbled over it."""
    dial = "import socket\ns = socket.socket()\ns.connect_ex(('127.0.0.1', 9))"
    scribble = """
        import ctypes
        start = next(int(line.split("-")[0], 16) for line in open("/proc/self/maps") if "dials" in line)
        ctypes.memset(start, 0x41, 1 << 14)
    """
    first, second, third = run_in_turn(dial, scribble, "pass")
    assert [(one.host, one.port) for one in first.record.dials] == [("127.0.0.1", 9)]
    assert (second.record.dials, third.record.dials) == ((), ())
