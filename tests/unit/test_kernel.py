"""What the kernel says of a box's threads and sockets, read from tables that were copied from real machines."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.model import Socket
from grader.sandbox import kernel
from grader.sandbox.kernel import (
    TICKS_PER_SECOND,
    Look,
    Row,
    Thread,
    address,
    attributes,
    awaits_alarms,
    holds_timers,
    list_at,
    listening_with_inodes,
    look,
    polls_connection,
    processes,
    read_all,
    read_at,
    read_thread,
    sleeps,
    tcp_rows,
    udp_sockets,
)

pytestmark = pytest.mark.skipif(sys.byteorder != "little", reason="the samples come from little-endian machines")

TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:FF98 00000000:0000 0A 00000000:00000001 00:00000000 00000000  1000        0 8123 1 0000000000000000 100 0
   1: 0100007F:FF98 0100007F:9C40 01 00000000:0000000C 00:00000000 00000000  1000        0 8124 1 0000000000000000 20 4
   2: 0100007F:9C40 0100007F:FF98 04 00000010:00000000 00:00000000 00000000  1000        0 0 1 0000000000000000 20 4
"""
TCP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
   0: 00000000000000000000000000000000:1388 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0 0 77
   1: 0000000000000000FFFF00000100007F:1388 0000000000000000FFFF00000100007F:9C41 08 00000000:00000005 00:0 0 0 0 78
"""
UDP = """\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  901: 0100007F:FF98 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 8200 2 0000000000000000 0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    """A folder's descriptor, as the launcher hands one out; tests put files into `tmp_path`."""
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0100007F:FF98", ("127.0.0.1", 65432)),
        ("00000000:0000", ("0.0.0.0", 0)),
        ("0101A8C0:0050", ("192.168.1.1", 80)),
        ("00000000000000000000000000000000:1388", ("::", 5000)),
        ("00000000000000000000000001000000:0001", ("::1", 1)),
        ("0000000000000000FFFF00000100007F:FFFF", ("::ffff:127.0.0.1", 65535)),
        ("B80D01200000000067452301EFCDAB89:0016", ("2001:db8::123:4567:89ab:cdef", 22)),
    ],
)
def test_an_address_stands_in_the_machines_byte_order(text: str, expected: tuple[str, int]) -> None:
    """proc(5), for both families."""
    assert address(text) == expected


@pytest.mark.parametrize("text", ["", "0100007F", "XYZ:1", "0100007F:", "01:0050:1"])
def test_what_is_no_address_is_an_error(text: str) -> None:
    """The kernel does not write such a thing; nobody guesses what it could mean."""
    with pytest.raises(ValueError):  # noqa: PT011  whichever part it is
        address(text)


# --- tables -----------------------------------------------------------------------------------------------------------


def test_a_tcp_table_tells_states_and_queues(tmp_path: Path, folder: int) -> None:
    """Both ends of a connection in the box are in it, and both families."""
    (tmp_path / "tcp").write_text(TCP)
    (tmp_path / "tcp6").write_text(TCP6)
    server, client = ("127.0.0.1", 65432), ("127.0.0.1", 40000)
    mapped = "::ffff:127.0.0.1"
    assert tcp_rows(folder) == [
        Row(local=server, remote=("0.0.0.0", 0), state="listen", send_queue=0, receive_queue=1),
        Row(local=server, remote=client, state="established", send_queue=0, receive_queue=12),
        Row(local=client, remote=server, state="fin-wait-1", send_queue=16, receive_queue=0),
        Row(local=("::", 5000), remote=("::", 0), state="listen", send_queue=0, receive_queue=0),
        Row(local=(mapped, 5000), remote=(mapped, 40001), state="close-wait", send_queue=0, receive_queue=5),
    ]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("01", "established"), ("02", "syn-sent"), ("03", "syn-recv"), ("04", "fin-wait-1"), ("05", "fin-wait-2"),
        ("06", "time-wait"), ("07", "close"), ("08", "close-wait"), ("09", "last-ack"), ("0A", "listen"),
        ("0B", "closing"), ("0C", "new-syn-recv"),
    ],
)  # fmt: skip
def test_each_state_has_its_name(tmp_path: Path, folder: int, code: str, state: str) -> None:
    """include/net/tcp_states.h."""
    (tmp_path / "tcp").write_text(
        TCP.splitlines()[0] + f"\n   0: 0100007F:0001 0100007F:0002 {code} 00000000:00000000\n"
    )
    assert [row.state for row in tcp_rows(folder)] == [state]


def test_a_machine_without_ipv6_has_one_table(tmp_path: Path, folder: int) -> None:
    """And a box without sockets has tables without rows."""
    (tmp_path / "tcp").write_text(TCP.splitlines()[0] + "\n")
    assert tcp_rows(folder) == []
    assert listening_with_inodes(folder) == []
    assert udp_sockets(folder) == []


def test_listening_sockets_come_with_their_inodes(tmp_path: Path, folder: int) -> None:
    """By which a plain process's own sockets are told from others."""
    (tmp_path / "tcp").write_text(TCP)
    (tmp_path / "tcp6").write_text(TCP6)
    assert listening_with_inodes(folder) == [
        (Socket(protocol="tcp", host="127.0.0.1", port=65432, state="listen"), "8123"),
        (Socket(protocol="tcp6", host="::", port=5000, state="listen"), "77"),
    ]


def test_a_udp_socket_with_a_port_is_told(tmp_path: Path, folder: int) -> None:
    """What a program has made that mistook UDP for TCP."""
    (tmp_path / "udp").write_text(UDP)
    assert udp_sockets(folder) == [Socket(protocol="udp", host="127.0.0.1", port=65432, state="bound")]


def test_reading_is_bounded(tmp_path: Path, folder: int) -> None:
    """However long a table or a file is."""
    (tmp_path / "long").write_bytes(b"x" * 10_000)
    assert len(read_at(folder, "long")) == 4096
    assert read_all(folder, "long", most=100) == "x" * 100


def test_bytes_that_are_no_text_do_not_stop_the_reading(tmp_path: Path, folder: int) -> None:
    """A process can give itself any name."""
    (tmp_path / "odd").write_bytes(b"a\xff\xfeb")
    assert read_at(folder, "odd") == "a\ufffd\ufffdb"


# --- threads ----------------------------------------------------------------------------------------------------------


def a_process(
    proc: Path,
    process: int,
    *threads: tuple[int, str],
    state: str = "S",
    name: str = "python3",
    ticks: str = "0 0 0 0",
) -> None:
    """A process's files, with the `syscall` line of each thread. `ticks`: own time and that of children (proc(5))."""
    folder = proc / str(process)
    (folder / "task").mkdir(parents=True)
    stat = f"{process} ({name}) {state} 1 1 1 0 -1 4194304 99 0 0 0 {ticks} 20 0 {len(threads)} 0"
    (folder / "stat").write_text(stat)
    (folder / "statm").write_text("5000 10 5 1 0 100 0\n")
    for thread, call in threads:
        task = folder / "task" / str(thread)
        task.mkdir()
        (task / "schedstat").write_text("2000000 3000000 17\n")
        (task / "syscall").write_text(call + "\n")
        (task / "stat").write_text(stat)


BLOCKED = "45 0x3 0x7ffd1000 0x400 0x0 0x0 0x0 0x7ffd0fe8 0x7f0000001234"


def test_a_blocked_thread_tells_its_call_and_arguments(tmp_path: Path, folder: int) -> None:
    """Six of them; stack and instruction pointers say nothing of interest."""
    a_process(tmp_path, 2, (2, BLOCKED))
    assert read_thread(folder, 2, 2) == Thread(
        process=2, thread=2, call=45, arguments=(3, 0x7FFD1000, 0x400, 0, 0, 0), run_ns=2_000_000, delay_ns=3_000_000
    )


@pytest.mark.parametrize(("line", "call"), [("running", None), ("-1 0x7ffd0fe8 0x7f0000001234", -1)])
def test_a_thread_that_is_in_no_call_says_so(tmp_path: Path, folder: int, line: str, call: int | None) -> None:
    """Running, or stopped outside any call: two different things."""
    a_process(tmp_path, 2, (2, line))
    assert read_thread(folder, 2, 2).call == call


def test_a_look_takes_in_every_thread_but_the_launchers(tmp_path: Path, folder: int) -> None:
    """Process 1 is ours."""
    a_process(tmp_path, 1, (1, BLOCKED))
    a_process(tmp_path, 2, (2, BLOCKED), (3, "running"))
    a_process(tmp_path, 9, (9, BLOCKED))
    (tmp_path / "meminfo").write_text("")
    seen = look(folder)
    assert sorted((thread.process, thread.thread) for thread in seen.threads) == [(2, 2), (2, 3), (9, 9)]
    assert seen.complete
    assert seen.memory_bytes == 2 * 10 * 4096
    assert sorted(processes(folder)) == [2, 9]
    assert [thread.process for thread in look(folder, [9]).threads] == [9]


def test_the_only_thread_of_a_process_is_known_without_a_list(
    tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nearly every program has one, and is looked at some sixty times; what it calls itself makes no difference."""
    a_process(tmp_path, 2, (2, BLOCKED), name="a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 20 0 9 (b")
    a_process(tmp_path, 9, (9, BLOCKED), (10, BLOCKED))
    listed: list[str] = []

    def recorded(at: int, path: str) -> list[str]:
        listed.append(path)
        return list_at(at, path)

    monkeypatch.setattr("grader.sandbox.kernel.list_at", recorded)
    assert [thread.thread for thread in look(folder, [2, 9]).threads] in ([2, 9, 10], [2, 10, 9])
    assert listed == ["9/task"]


@pytest.mark.parametrize("state", ["Z", "X"])
def test_a_process_that_has_ended_does_nothing_any_more(tmp_path: Path, folder: int, state: str) -> None:
    """It only waits to be reaped; its name may hold anything."""
    a_process(tmp_path, 2, (2, BLOCKED), state=state, name="a) S (b")
    assert look(folder) == Look(threads=(), memory_bytes=0, complete=True)


def test_a_process_that_goes_while_we_look_makes_the_look_incomplete(tmp_path: Path, folder: int) -> None:
    """What was seen is kept, but it proves nothing."""
    a_process(tmp_path, 2, (2, BLOCKED))
    a_process(tmp_path, 3, (3, BLOCKED))
    (tmp_path / "3" / "task" / "3" / "syscall").unlink()
    seen = look(folder)
    assert not seen.complete
    assert [thread.thread for thread in seen.threads] == [2]


def test_time_of_processes_that_have_ended_is_not_lost(tmp_path: Path, folder: int) -> None:
    """Children that were reaped show in their parent, one that was not yet in itself; living threads in their clock."""
    a_process(tmp_path, 2, (2, BLOCKED), ticks="100 100 30 20")
    a_process(tmp_path, 3, (3, BLOCKED), state="Z", ticks="5 5 0 0")
    seen = look(folder)
    assert seen.ended_seconds == 60 / TICKS_PER_SECOND
    assert seen.cpu_seconds == pytest.approx(0.002 + 60 / TICKS_PER_SECOND)


@pytest.mark.parametrize(
    ("state", "ran_since", "asleep"),
    [("S", 0, True), ("D", 0, False), ("R", 0, False), ("T", 0, False), ("S", 1, False)],
    ids=["asleep", "for a disk", "running", "stopped", "ran since"],
)
def test_a_thread_sleeps_only_where_nothing_but_an_event_can_wake_it(
    tmp_path: Path, folder: int, state: str, ran_since: int, asleep: bool
) -> None:
    """A disk answers by itself, however slow it is."""
    a_process(tmp_path, 2, (2, BLOCKED), state=state, name="odd) S (name")
    before = replace(read_thread(folder, 2, 2), run_ns=2_000_000 - ran_since)
    assert sleeps(folder, before) is asleep


@pytest.mark.parametrize(("file", "content"), [("stat", ""), ("statm", "x y"), ("task/2/schedstat", "1")])
def test_a_file_that_is_torn_makes_the_look_incomplete(tmp_path: Path, folder: int, file: str, content: str) -> None:
    """Never an exception: the box is only looked at again."""
    a_process(tmp_path, 2, (2, BLOCKED))
    (tmp_path / "2" / file).write_text(content)
    assert not look(folder).complete


def test_more_threads_than_anybody_counts_make_the_look_incomplete(
    tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of threads does not keep us busy."""
    monkeypatch.setattr(kernel, "MOST_THREADS", 10)
    for process in range(2, 9):
        a_process(tmp_path, process, *((thread, "running") for thread in range(4)))
    seen = look(folder)
    assert not seen.complete
    assert len(seen.threads) == 12


def test_times_add_up_over_threads() -> None:
    """Work is summed; of waiting, the longest counts, since threads wait at the same time."""
    threads = tuple(
        Thread(process=2, thread=number, call=None, arguments=(), run_ns=run, delay_ns=delay)
        for number, run, delay in ((2, 1_500_000_000, 5), (3, 500_000_000, 2_000_000_000))
    )
    seen = Look(threads=threads, memory_bytes=0, complete=True)
    assert (seen.cpu_seconds, seen.delay_seconds) == (2.0, 2.0)
    assert Look(threads=(), memory_bytes=0, complete=True).delay_seconds == 0


# --- timers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caught", "expected"),
    [(0, False), (1 << 13, True), (1 << 25, True), (1 << 26, True), (1 << 1 | 1 << 5 | 1 << 12 | 1 << 14, False)],
    ids=["none", "SIGALRM", "SIGVTALRM", "SIGPROF", "others"],
)
def test_a_handler_of_a_timers_signal_may_wake_a_program(
    tmp_path: Path, folder: int, caught: int, expected: bool
) -> None:
    """Bit n-1 is signal n (proc(5))."""
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "status").write_text(f"Name:\tx\nSigIgn:\tffffffffffffffff\nSigCgt:\t{caught:016x}\n")
    assert awaits_alarms(folder, 2) is expected


@pytest.mark.parametrize(
    ("blocked", "expected"),
    [(1 << 13, True), (1 << 25, True), (1 << 26, True), (1 << 9, False), (0, False)],
    ids=["SIGALRM", "SIGVTALRM", "SIGPROF", "SIGUSR1", "none"],
)
def test_a_blocked_timers_signal_may_be_waited_for(tmp_path: Path, folder: int, blocked: int, expected: bool) -> None:
    """`sigwait` takes blocked signals; one with a handler and another that is blocked are both told."""
    status = f"SigBlk:\t{blocked:016x}\nSigIgn:\t{1 << 13:016x}\nSigCgt:\t0000000000000000\n"
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "status").write_text(status)
    assert awaits_alarms(folder, 2) is expected


@pytest.mark.parametrize(
    ("target", "timers", "expected"),
    [
        ("anon_inode:[timerfd]", "", True),
        ("anon_inode:inotify", "", True),
        ("anon_inode:[signalfd]", "", True),
        ("anon_inode:[eventpoll]", "", False),
        ("socket:[123]", "", False),
        ("/dev/null", "ID: 0\nsignal: 10/0\n", True),
    ],
)
def test_what_becomes_ready_by_itself_may_wake_a_program(
    tmp_path: Path, folder: int, target: str, timers: str, expected: bool
) -> None:
    """A descriptor of that kind, or a POSIX timer."""
    (tmp_path / "2" / "fd").mkdir(parents=True)
    (tmp_path / "2" / "fd" / "4").symlink_to(target)
    (tmp_path / "2" / "timers").write_text(timers)
    assert holds_timers(folder, 2) is expected


def test_a_kernel_without_a_list_of_timers_is_taken_at_its_word(tmp_path: Path, folder: int) -> None:
    """Not every kernel is built with it."""
    (tmp_path / "2" / "fd").mkdir(parents=True)
    assert holds_timers(folder, 2) is False


# --- attributes of a netlink message ----------------------------------------------------------------------------------

MARK, SHUTDOWN, V6ONLY = (15, b"\x07\x00\x00\x00"), (8, b"\x00"), (11, b"\x01")


def packed(*found: tuple[int, bytes]) -> bytes:
    """Attributes as the kernel writes them: length, kind, value, padded to four bytes (netlink(7))."""
    return b"".join(struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4) for kind, value in found)


@pytest.mark.parametrize("found", [(V6ONLY,), (MARK, V6ONLY), (SHUTDOWN, V6ONLY, MARK), (V6ONLY, (11, b"\x00"))])
def test_an_attribute_is_found_wherever_it_stands(found: tuple[tuple[int, bytes], ...]) -> None:
    """Behind others of any length; the first of its kind counts."""
    assert attributes(packed(*found), 11) == b"\x01"


@pytest.mark.parametrize("data", [b"", packed(MARK, SHUTDOWN), packed(V6ONLY)[:3], b"\0" * 40, b"\0"])
def test_an_attribute_that_is_not_there_is_empty(data: bytes) -> None:
    """Nor does a torn message, or one of zeros, keep anybody reading for ever."""
    assert attributes(data, 11) == b""


# --- polling ----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="this machine shows no process's memory")
@pytest.mark.parametrize(
    ("events", "which", "expected"),
    [
        (select.POLLIN, "connection", True),
        (select.POLLIN | select.POLLERR, "connection", True),
        (select.POLLOUT, "connection", False),
        (select.POLLIN, "pair", False),
        (select.POLLIN, "pipe", False),
    ],
)
def test_a_poll_is_of_a_connection_when_its_descriptor_is(events: int, which: str, expected: bool) -> None:
    """Read from this very process: where the call's first argument points to, and what that descriptor is."""
    reader, writer = os.pipe()
    pair = socket.socketpair()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, reader)
        stack.callback(os.close, writer)
        for one in pair:
            stack.enter_context(one)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(server.getsockname()))
        descriptor = {"connection": client.fileno(), "pair": pair[0].fileno(), "pipe": reader}[which]
        asked = ctypes.create_string_buffer(struct.pack("=ihh", descriptor, events, 0))
        thread = Thread(
            process=os.getpid(), thread=os.getpid(), call=7, arguments=(ctypes.addressof(asked), 1, 100, 0, 0, 0),
            run_ns=0, delay_ns=0,
        )  # fmt: skip
        proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
        stack.callback(os.close, proc)
        net = os.open("/proc/self/net", os.O_RDONLY | os.O_DIRECTORY)
        stack.callback(os.close, net)
        assert polls_connection(proc, net, thread) is expected
