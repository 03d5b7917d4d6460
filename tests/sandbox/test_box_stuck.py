"""The proof that a program is stuck, with real programs: found at once where it holds, never claimed elsewhere."""

from __future__ import annotations

import asyncio
import select

import pytest
from boxes import hand_in, run_program

from grader.model import Limits
from grader.peers.watch import Watch
from grader.peers.wire import Transcript
from grader.sandbox import kernel
from grader.sandbox.launch import Box
from grader.sandbox.stuck import rests

pytestmark = pytest.mark.sandbox

# A hang that is proved takes milliseconds; one that is only timed would take this long, and fail its test.
PATIENT = Limits(wall_seconds=60.0, cpu_seconds=5.0)
PAIR = """
import os, select, signal, socket, threading, time
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
accepted, _ = server.accept()
"""

HANGS = {
    "accept": "server.accept()",
    "recv": "accepted.recv(1024)",
    "recv_into": "accepted.recv_into(bytearray(10))",
    "makefile": "accepted.makefile().readline()",
    "a reader that has read all": "client.sendall(b'x'); accepted.recv(1)\naccepted.recv(1)",
    "UDP": "u = socket.socket(type=socket.SOCK_DGRAM); u.bind(('127.0.0.1', 0))\nu.recvfrom(10)",
    "Unix sockets": "a, b = socket.socketpair()\na.recv(1)",
    "sending to one that never reads": "accepted.sendall(bytes(1 << 24))",
    "unread data beside the wait": "client.sendall(b'unread')\nclient.recv(1)",
    "lock": "lock = threading.Lock(); lock.acquire()\nlock.acquire()",
    "condition": "c = threading.Condition(); c.acquire()\nc.wait()",
    "event": "threading.Event().wait()",
    "queue": "import queue\nqueue.Queue().get()",
    "barrier": "threading.Barrier(2).wait()",
    "select": "select.select([accepted], [], [])",
    "poll": "p = select.poll(); p.register(accepted, select.POLLIN)\np.poll()",
    "epoll": "p = select.epoll(); p.register(accepted, select.EPOLLIN)\np.poll()",
    "pipe": "reader, writer = os.pipe()\nos.read(reader, 1)",
    "full pipe": "reader, writer = os.pipe()\nos.write(writer, bytes(1 << 20))",
    "pause": "signal.pause()",
    "waitpid": "child = os.fork() or signal.pause()\nos.waitpid(child, 0)",
    "process that reads a pipe": "import subprocess\nc = subprocess.Popen('cat', stdin=subprocess.PIPE)\nc.wait()",
    "two that wait for each other": "a, b = socket.socketpair()\nos.fork() or b.recv(1)\na.recv(1)",
    "itself stopped": "os.kill(os.getpid(), signal.SIGSTOP)",
    "itself stopped, beside a sleep": (
        "threading.Thread(target=time.sleep, args=[100], daemon=True).start()\nos.kill(os.getpid(), signal.SIGSTOP)"
    ),
    "itself stopped, with an alarm set": (
        "signal.signal(signal.SIGALRM, print); signal.alarm(100)\nos.kill(os.getpid(), signal.SIGSTOP)"
    ),
    "child that has stopped": "child = os.fork() or os.kill(os.getpid(), signal.SIGSTOP)\nos.waitpid(child, 0)",
    "lock of a file": "import fcntl\nf, g = open('a', 'w'), open('a', 'w')\nfcntl.flock(f, 2)\nfcntl.flock(g, 2)",
}  # fmt: skip


@pytest.mark.parametrize("what", HANGS)
def test_a_wait_that_nothing_can_end_is_proved(what: str) -> None:
    """A program in a call that only somebody else could end, and nobody will, is stopped as stuck, on its line."""
    program = PAIR + HANGS[what]
    record = run_program(program, PATIENT).record
    assert record.stopped == "stuck", record
    assert program.count("\n") + 1 in [frame.line for frame in record.stack if frame.file == "program.py"]


def test_a_join_that_never_returns_is_proved() -> None:
    """A thread that waits for another, which waits for ever: both are in the stack."""
    program = PAIR + "def work():\n    accepted.recv(1)\nt = threading.Thread(target=work)\nt.start()\nt.join()"
    record = run_program(program, PATIENT).record
    assert record.stopped == "stuck"
    assert {7, 10} <= {frame.line for frame in record.stack if frame.file == "program.py"}
    assert len({frame.thread for frame in record.stack}) == 2


def test_a_thread_that_keeps_a_finished_program_alive_is_proved() -> None:
    """The main program is over, but a thread of it waits for ever."""
    record = run_program(PAIR + "threading.Thread(target=accepted.recv, args=[1]).start()", PATIENT).record
    assert record.stopped == "stuck"


@pytest.mark.parametrize(
    "program",
    [
        "import asyncio\nasync def main():\n    await asyncio.get_running_loop().create_future()\nasyncio.run(main())",
        "import asyncio\nasync def main():\n    await asyncio.Event().wait()\nasyncio.run(main())",
        "import asyncio\nasync def main():\n    s = await asyncio.start_server(print, '127.0.0.1', 7000)\n"
        "    await s.serve_forever()\nasyncio.run(main())",
    ],
    ids=["future", "event", "server"],
)
def test_a_loop_with_nothing_scheduled_is_proved(program: str) -> None:
    """asyncio that waits for a future nobody sets, or serves while no client will come."""
    record = run_program(program, PATIENT).record
    assert record.stopped == "stuck"
    assert program.count("\n") + 1 in [frame.line for frame in record.stack if frame.file == "program.py"]


@pytest.mark.slow
def test_a_program_that_ignores_every_signal_is_proved_and_ended() -> None:
    """One that does not even die of SIGABRT is stopped without its stack."""
    program = """
        import signal
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        signal.pause()
    """
    seen = run_program(program, PATIENT)
    assert (seen.record.stopped, seen.leftover) == ("stuck", "")


@pytest.mark.parametrize("deaf", ["signal.signal(signal.SIGRTMAX, signal.SIG_IGN)",
                                  "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())"])  # fmt: skip
def test_a_program_that_spins_and_hears_nothing_is_not_left_spinning(deaf: str) -> None:
    """It is not asked for a stack that it will not print: that costs no more than its limit."""
    record = run_program(f"import signal\n{deaf}\nwhile True: pass", Limits(cpu_seconds=0.2)).record
    assert record.stopped == "cpu"
    assert record.cpu_seconds < 1.0  # each wait for stacks is one of two seconds


def test_an_open_of_a_fifo_that_nobody_else_opens_is_proved() -> None:
    """open waits for the other side of a named pipe, which nobody has."""
    record = run_program("import os\nos.mkfifo('f')\nopen('f')", Limits(wall_seconds=2.0)).record
    assert record.stopped == "stuck"


TIMED = ("sleep", "timeout", "select", "poll", "event", "asyncio", "child", "timer", "queue", "stopped")


@pytest.mark.parametrize("what", TIMED)
def test_a_timed_wait_is_not_called_stuck(what: str) -> None:
    """A program that goes on by itself after a while is waited for."""
    waits = {
        "sleep": "time.sleep(0.2)",
        "timeout": "accepted.settimeout(0.2)\ntry:\n    accepted.recv(1)\nexcept TimeoutError:\n    pass",
        "select": "select.select([accepted], [], [], 0.2)",
        "poll": "for _ in range(10):\n    select.select([accepted], [], [], 0.02)",
        "event": "threading.Event().wait(0.2)",
        "asyncio": "import asyncio\nasyncio.run(asyncio.sleep(0.2))",
        "child": "import subprocess\nsubprocess.run(['sleep', '0.2'])",
        "timer": "t = threading.Timer(0.2, accepted.close)\nt.start()\nt.join()",
        "queue": "import queue\ntry:\n    queue.Queue().get(timeout=0.2)\nexcept queue.Empty:\n    pass",
        "stopped": (
            "if os.fork() == 0:\n    time.sleep(0.2)\n    os.kill(os.getppid(), signal.SIGCONT)\n    os._exit(0)\n"
            "os.kill(os.getpid(), signal.SIGSTOP)"
        ),
    }
    record = run_program(f"{PAIR}{waits[what]}\nprint('went on')", PATIENT).record
    assert (record.stopped, record.exit_code, record.stdout) == (None, 0, b"went on\n")


ALARMS = {
    "handler and pause": (
        "signal.signal(signal.SIGALRM, lambda *_: print('rang'))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.2)\nsignal.pause()"
    ),
    "exception out of recv": (
        "def ring(*_):\n    raise TimeoutError\n"
        "signal.signal(signal.SIGALRM, ring)\nsignal.setitimer(signal.ITIMER_REAL, 0.2)\n"
        "try:\n    accepted.recv(1)\nexcept TimeoutError:\n    print('rang')"
    ),
    "timerfd": (
        "import ctypes, struct\nlibc = ctypes.CDLL(None)\nfd = libc.timerfd_create(1, 0)\n"
        "libc.timerfd_settime(fd, 0, struct.pack('qqqq', 0, 0, 0, 200_000_000), None)\nos.read(fd, 8)\nprint('rang')"
    ),
    "POSIX timer": (
        "import ctypes, struct\nlibc = ctypes.CDLL(None)\nsignal.signal(signal.SIGUSR1, lambda *_: print('rang'))\n"
        "event = ctypes.create_string_buffer(struct.pack('qii', 0, signal.SIGUSR1, 0), 64)\ntimer = ctypes.c_void_p()\n"
        "assert libc.timer_create(1, event, ctypes.byref(timer)) == 0\n"
        "assert libc.timer_settime(timer, 0, struct.pack('qqqq', 0, 0, 0, 200_000_000), None) == 0\nsignal.pause()"
    ),
    "alarm in a child": (
        "if os.fork() == 0:\n    signal.signal(signal.SIGALRM, lambda *_: print('rang'))\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.2)\n    signal.pause()\n    os._exit(0)\nos.wait()"
    ),
    "an alarm that is waited for": (
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.2)\nsignal.sigwait({signal.SIGALRM})\nprint('rang')"
    ),
    "a blocked alarm, in a call with a handler": (
        "signal.signal(signal.SIGALRM, lambda *_: print('rang'))\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.2)\nsignal.sigtimedwait({signal.SIGALRM}, 30)\nprint('rang')"
    ),
    "time-out of the socket itself": (
        "import struct\naccepted.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('qq', 0, 200_000))\n"
        "try:\n    accepted.recv(1)\nexcept BlockingIOError:\n    print('rang')"
    ),
    "time-out of the socket itself, in a child": (
        "import struct\naccepted.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('qq', 0, 200_000))\n"
        "if os.fork() == 0:\n    try:\n        accepted.recv(1)\n    except BlockingIOError:\n        print('rang')\n"
        "    os._exit(0)\nos.wait()"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ALARMS)
def test_a_wait_that_a_timer_ends_is_not_called_stuck(what: str) -> None:
    """A call without a time-out is no proof where an alarm, a timer or the socket's own option will end it."""
    record = run_program(PAIR + ALARMS[what], PATIENT).record
    assert (record.stopped, record.exit_code, record.stdout) == (None, 0, b"rang\n")


def test_a_program_that_goes_on_while_we_look_is_not_called_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it leaves behind then, a closed socket that has no time-out, proves nothing of the wait it was seen in."""
    times_out, asked = kernel.socket_times_out, []

    def slowly(handle: int, descriptor: int) -> bool:
        """As a grader looks that has got no processor until the program has ended."""
        select.select([handle], [], [])
        asked.append(times_out(handle, descriptor))
        return asked[-1]

    monkeypatch.setattr(kernel, "socket_times_out", slowly)
    record = run_program(PAIR + ALARMS["time-out of the socket itself"], PATIENT).record
    assert (record.stopped, record.exit_code, record.stdout) == (None, 0, b"rang\n")
    assert asked[:1] == [False]


def test_a_wait_for_a_signal_is_waited_for() -> None:
    """Nothing outside shows which signals it waits for, and whether one of them will be sent."""
    record = run_program("import signal\nsignal.sigwait({signal.SIGUSR1})", Limits(wall_seconds=1.0)).record
    assert record.stopped == "wall"


POLLS = {
    "a receive with a time-out": ("accepted.settimeout(60)\naccepted.recv(1)", True),
    "a poll for input": ("p = select.poll(); p.register(accepted, select.POLLIN)\np.poll(60_000)", True),
    "a poll for room": (
        "accepted.setblocking(False)\ntry:\n    while True: accepted.send(bytes(1 << 20))\n"
        "except BlockingIOError:\n    pass\np = select.poll(); p.register(accepted, select.POLLOUT)\np.poll(60_000)",
        False,
    ),
    "two at once": (
        "p = select.poll(); p.register(accepted, select.POLLIN); p.register(client, select.POLLIN)\np.poll(60_000)",
        False,
    ),
    "a pair": ("a, b = socket.socketpair()\na.settimeout(60)\na.recv(1)", False),
    "a pipe": ("r, w = os.pipe()\np = select.poll(); p.register(r, select.POLLIN)\np.poll(60_000)", False),
    "nothing": ("select.poll().poll(60_000)", False),
    "select": ("select.select([accepted], [], [], 60)", False),
    "a sleep": ("time.sleep(60)", False),
}


@pytest.mark.parametrize("what", POLLS)
def test_a_timed_wait_for_a_connection_is_told_from_any_other(what: str) -> None:
    """Python polls the one socket that has a time-out; a pause may be made with the same call on something else."""
    wait, expected = POLLS[what]

    async def polls() -> bool:
        box = await Box.start(hand_in({"program.py": PAIR + wait}), PATIENT, "program.py")
        try:
            async with box.run("program.py") as run:
                watch = Watch([run], PATIENT, Transcript().now)
                await watch.until(lambda: False, also=lambda: watch.steady and rests(watch.last[0]))
                (thread,) = watch.last[0].threads
                return run.polls_connection(thread)
        finally:
            await box.close()

    assert asyncio.run(polls()) is expected


def test_work_between_waits_is_not_called_stuck() -> None:
    """Threads that hand each other work all the time are never all asleep."""
    program = """
        import queue, threading
        there, back = queue.Queue(), queue.Queue()
        def serve():
            while (item := there.get()) is not None:
                back.put(item + 1)
        worker = threading.Thread(target=serve)
        worker.start()
        value = 0
        for _ in range(5000):
            there.put(value)
            value = back.get()
        there.put(None)
        worker.join()
        print(value)
    """
    assert run_program(program, PATIENT).lines == ["5000"]


def test_bytes_on_their_way_between_two_processes_are_not_called_stuck() -> None:
    """Parent and child that talk over loopback, each waiting for the other in turn, are left alone to the end."""
    program = """
        import os, socket
        server = socket.create_server(("127.0.0.1", 0))
        if os.fork() == 0:
            with socket.create_connection(server.getsockname()) as client:
                for _ in range(2000):
                    client.sendall(b"x" * 100)
                    client.recv(100, socket.MSG_WAITALL)
            os._exit(0)
        connection, _ = server.accept()
        count = 0
        while data := connection.recv(4096):
            connection.sendall(data)
            count += len(data)
        print(count)
    """
    assert run_program(program, PATIENT).lines == ["200000"]
