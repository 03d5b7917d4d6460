"""Programs that take too much: each ends at its limit, leaves nothing, and the next box is as good as any."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from boxes import Visit, hand_in, run_program

from grader.conversation import Action
from grader.model import Limits, RunRecord
from grader.peers.part import Part
from grader.peers.play import play
from grader.sandbox.launch import Box

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

SMALL = Limits(wall_seconds=60.0, cpu_seconds=0.3, memory_bytes=128 << 20, output_bytes=64 << 10, file_bytes=4 << 20)


@pytest.fixture(autouse=True)
def the_next_box_is_fine() -> object:
    """After each of these, a box still runs an ordinary program to its end."""
    yield
    assert run_program("print('fine')").lines == ["fine"]


def taking(program: str) -> Visit:
    """The program in a box with small limits."""
    return run_program(program, SMALL)


@pytest.mark.parametrize(
    "program",
    [
        "while True: pass",
        "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
        "import threading\nfor _ in range(3): threading.Thread(target=lambda: sum(iter(int, 1))).start()",
        "import os\nfor _ in range(3): os.fork()\nwhile True: pass",
        "import signal\nfor n in (6, 14, 15, 24): signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
    ],
    ids=["loop", "regular expression", "threads", "processes", "ignoring signals"],
)
def test_spinning_ends_at_the_processor_budget(program: str) -> None:
    """However many threads or processes spin, the sum of their time is bounded."""
    record = taking(program).record
    assert record.stopped == "cpu"
    assert record.cpu_seconds < 10 * SMALL.cpu_seconds


@pytest.mark.parametrize(
    "program",
    [
        "import subprocess\nwhile True: subprocess.run(['/bin/true'])",
        "import os, time\nwhile True:\n    if os.fork() == 0:\n        while time.process_time() < 0.02: pass\n"
        "        os._exit(0)\n    os.wait()",
    ],
    ids=["short commands", "short children"],
)
def test_children_that_have_ended_count(program: str) -> None:
    """Processor time does not vanish with the child that used it."""
    record = run_program(program, Limits(wall_seconds=5.0, cpu_seconds=0.3)).record
    assert record.stopped == "cpu"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_of_output_is_cut(stream: str) -> None:
    """A program that prints without end is stopped, and only the allowed part is kept."""
    record = taking(f"import sys\nwhile True: sys.{stream}.write('x' * 1000)").record
    assert (record.stopped, record.output_cut) == ("output", True)
    assert max(len(record.stdout), len(record.stderr)) == SMALL.output_bytes


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("more", [0, 1])
def test_the_last_word_counts_as_every_other(stream: str, more: int) -> None:
    """Whether a look finds the output too long, or only the program's end: it is the same to the program."""
    size = SMALL.output_bytes + more
    record = taking(
        f"import sys\nsys.{stream}.write('x' * {size})\nsys.{stream}.flush()\nimport os\nos._exit(0)"
    ).record
    assert (record.stopped, record.exit_code, record.output_cut) == (
        ("output", None, True) if more else (None, 0, False)
    )
    assert max(len(record.stdout), len(record.stderr)) == SMALL.output_bytes


def test_more_may_be_printed_than_be_written_to_files() -> None:
    """Output goes to files of ours, of which the limit on the program's says nothing."""
    limits = Limits(cpu_seconds=30, output_bytes=4 << 20, file_bytes=1 << 20)
    record = run_program("import sys\nfor _ in range(3): print('x' * (1 << 20))", limits).record
    assert (record.exit_code, record.stderr, len(record.stdout)) == (0, b"", (3 << 20) + 3)
    flood = run_program("while True: print('x' * (1 << 16))", limits).record
    assert (flood.stopped, len(flood.stdout)) == ("output", 4 << 20)


def test_a_stack_that_we_asked_for_is_no_output_of_the_programs() -> None:
    """A program that has used up its stderr to the last byte, and hangs, is stuck."""
    size = SMALL.output_bytes
    record = taking(f"import sys, threading\nsys.stderr.write('x' * {size})\nthreading.Event().wait()").record
    assert (record.stopped, record.output_cut, len(record.stderr)) == ("stuck", False, size)
    assert [frame.line for frame in record.stack if frame.file == "program.py"] == [3]


def test_a_fork_bomb_is_bounded() -> None:
    """No more processes than allowed, until the processor's or the memory's limit."""
    seen = taking("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass")
    assert (seen.record.stopped in ("cpu", "memory"), seen.leftover) == (True, "")


def test_the_number_of_processes_and_threads_is_bounded() -> None:
    """The limit counts processes and threads of this box alone; an honest number of them is to be had."""
    program = """
        import threading
        stop, count = threading.Event(), 0
        try:
            while True:
                threading.Thread(target=stop.wait, daemon=True).start()
                count += 1
        except RuntimeError:
            print(count)
    """
    assert 40 <= int(run_program(program, Limits(processes=64)).lines[0]) <= 64


def test_a_program_is_watched_while_its_peer_pauses() -> None:
    """A pause is no time in which a program may take what it likes."""
    server = """
        import socket
        with socket.create_server(("127.0.0.1", 65432)) as listener:
            connection, _ = listener.accept()
            while True:
                pass
    """
    actions = (Action(kind="connect"), Action(kind="pause", seconds=5.0))
    part = Part(
        role="server", file="a.py", actions=actions, awaits_exit=True, host="127.0.0.1", port=65432, follow=True
    )  # fmt: skip

    async def played() -> RunRecord:
        box = await Box.start(hand_in({"a.py": server}), SMALL, "a.py")
        try:
            async with box.run("a.py", connections=1, port=65432, usual_port=65432) as run:
                return await play(run, part, SMALL)
        finally:
            await box.close()

    record = asyncio.run(played())
    assert record.stopped == "cpu"
    assert [one.result for one in record.outcomes] == ["done", "limit"]
    assert record.cpu_seconds < 1.5  # of the 5 that it might have had


def test_memory_of_one_process_is_bounded() -> None:
    """A program that asks for more gets a MemoryError, as on a machine that is full."""
    hoarder = "hoard = []\nwhile True: hoard.append(bytearray(1 << 22))"
    record = run_program(hoarder, replace(SMALL, cpu_seconds=30.0)).record  # a machine may take long to give memory
    assert record.exit_code == 1
    assert record.stderr.endswith(b"MemoryError\n")


def test_memory_of_many_processes_is_bounded_together() -> None:
    """Processes that each stay below the limit, but not together, are stopped."""
    program = """
        import os, signal
        for _ in range(10):
            if os.fork() == 0:
                hoard = bytearray(b"x") * (80 << 20)
                signal.pause()
        signal.pause()
    """
    assert run_program(program, Limits(memory_bytes=128 << 20, cpu_seconds=30)).record.stopped == "memory"


def test_memory_that_no_process_maps_is_bounded() -> None:
    """Files in memory (memfd_create) are no way around the limit."""
    program = """
        import os
        held = 0
        try:
            for _ in range(100):
                file = os.memfd_create("hoard")
                for _ in range(3):
                    held += os.write(file, bytes(1 << 20))
        finally:
            print(held >> 20)
    """
    seen = run_program(program, Limits(memory_bytes=64 << 20, file_bytes=4 << 20, cpu_seconds=30))
    assert seen.record.stopped == "memory" or int(seen.lines[-1]) <= 2 * 64


@pytest.mark.parametrize("folder", ["/home/student", "/tmp", "/dev/shm"])
def test_files_are_bounded(folder: str) -> None:
    """A folder takes only so much, in one file or in many."""
    program = f"""
        import os
        os.chdir({folder!r})
        written = 0
        try:
            for number in range(100):
                with open(f"f{{number}}", "wb") as out:
                    written += out.write(bytes(1 << 20))
        except OSError as error:
            print(written >> 20, error.strerror)
    """
    assert taking(program).lines == ["4 No space left on device"]


@pytest.mark.parametrize(("count", "size"), [(1, 3 << 20), (600, 1)], ids=["one large file", "many small ones"])
def test_what_was_handed_in_takes_nothing_of_what_may_be_written(count: int, size: int) -> None:
    """A hand-in above the limit, in bytes or in pages, is laid out, and its program writes as much as any other."""
    program = """
        written = 0
        try:
            with open("new", "wb", buffering=0) as out:
                while True:
                    written += out.write(bytes(1 << 14))
        except OSError as error:
            print(written >> 10, error.strerror)
    """
    pictures = {f"picture{number}": bytes(size) for number in range(count)}
    seen = run_program(program, Limits(cpu_seconds=30, file_bytes=1 << 20, output_bytes=1 << 10), **pictures)
    assert seen.lines == ["1024 No space left on device"]


def test_one_huge_file_is_bounded() -> None:
    """Neither writing nor seeking makes a file larger than allowed."""
    program = (
        "f = open('big', 'wb')\ntry:\n    f.truncate(1 << 40)\nexcept OSError as error:\n    print(error.strerror)"
    )
    assert taking(program).lines == ["File too large"]


def test_descriptors_are_bounded() -> None:
    """A program that opens without closing runs out of descriptors, not the machine; it has as many everywhere."""
    assert taking("import resource\nprint(*resource.getrlimit(resource.RLIMIT_NOFILE))").lines == ["1024 1024"]
    seen = taking("import os\ntry:\n    while True: os.dup(0)\nexcept OSError as error:\n    print(error.strerror)")
    assert seen.lines == ["Too many open files"]


def test_a_sleeper_ends_at_the_wall_limit() -> None:
    """A timed sleep is waited for only so long."""
    record = run_program("import time\ntime.sleep(1000)", Limits(wall_seconds=0.3)).record
    assert (record.stopped, [frame.line for frame in record.stack]) == ("wall", [2])


def test_no_core_is_dumped() -> None:
    """A crash leaves no core file."""
    seen = taking("import os; os.abort()")
    assert (seen.record.signal, seen.leftover) == (6, "")
