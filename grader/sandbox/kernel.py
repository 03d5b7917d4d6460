"""Looking at a box from outside: what the kernel says of its threads and sockets. Reads only; judges nothing.

Everything is read through descriptors that the launcher handed out when the box was made (/proc, /proc/net, a
netlink socket of the box's network), so nobody inside can falsify what is seen.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.model import Socket

TCP_STATES = (
    "", "established", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2", "time-wait", "close", "close-wait",
    "last-ack", "listen", "closing", "new-syn-recv",
)  # fmt: skip
MOST_THREADS = 400
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
INET_DIAG_SKV6ONLY = 11  # linux/inet_diag.h
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
PIDFD_GETFD = 438  # the same number on every architecture (pidfd_getfd(2), Linux 5.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One thread at one moment (proc(5): task/*/syscall, task/*/schedstat).

    `call`: number of the system call it is blocked in; -1 outside any call; None while it runs or could run.
    `arguments`: the call's six arguments.  `run_ns`, `delay_ns`: time on a processor, and waiting for one.
    `stopped`: its process has been stopped (SIGSTOP), whatever call it is in.
    """

    process: int
    thread: int
    call: int | None
    arguments: tuple[int, ...]
    run_ns: int
    delay_ns: int
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a TCP table, with the queues of unacknowledged and unread bytes."""

    local: tuple[str, int]
    remote: tuple[str, int]
    state: str
    send_queue: int
    receive_queue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The box at one moment: its threads (without the launcher), and the memory that they hold, in bytes.

    `ended_seconds`: processor time of processes that have ended, as far as their parents or they themselves show it.
    `complete`: False when a thread came or went, or was not readable, while we looked.
    """

    threads: tuple[Thread, ...]
    memory_bytes: int
    complete: bool
    ended_seconds: float = 0.0

    @property
    def cpu_seconds(self) -> float:
        """Processor time of all threads, of those that have ended as well."""
        return sum(thread.run_ns for thread in self.threads) / 1e9 + self.ended_seconds

    @property
    def delay_seconds(self) -> float:
        """The longest that any one thread has waited for a processor: time the machine owes the program."""
        return max((thread.delay_ns for thread in self.threads), default=0) / 1e9


def read_at(folder: int, path: str, most: int = 4096) -> str:
    """A small file below an open folder. Raises OSError when it is gone."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(descriptor, most).decode(errors="replace")
    finally:
        os.close(descriptor)


def list_at(folder: int, path: str) -> list[str]:
    """Names in a folder below an open folder. Raises OSError when it is gone."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.listdir(descriptor)
    finally:
        os.close(descriptor)


def processes(proc: int) -> list[int]:
    """Process ids in the box, without the launcher."""
    return [int(name) for name in list_at(proc, ".") if name < ":" and name.isdigit() and name != "1"]


def look(proc: int, among: Sequence[int] | None = None) -> Look:
    """Every thread of the box as it is now; `among`: of these processes only."""
    threads: list[Thread] = []
    memory, complete, ended = 0, True, 0
    for process in processes(proc) if among is None else among:
        try:
            resident = int(read_at(proc, f"{process}/statm").split()[1])
            fields = read_at(proc, f"{process}/stat").rpartition(")")[2].split()
            own, of_children = (sum(map(int, fields[at : at + 2])) for at in (11, 13))
            ended += of_children
            if fields[0] in "ZX":
                ended += own
                continue
            memory += resident * PAGE_BYTES
            # A process's only thread has the process's number, so no folder has to be listed. A thread that starts
            # after the count was read is missed, just as one that starts after a listing.
            alone = fields[17] == "1"
            for thread in (process,) if alone else map(int, list_at(proc, f"{process}/task")):
                threads.append(read_thread(proc, process, thread, stopped=fields[0] == "T"))
        except (OSError, ValueError, IndexError):
            complete = False
        if len(threads) > MOST_THREADS:
            complete = False
            break
    return Look(threads=tuple(threads), memory_bytes=memory, complete=complete, ended_seconds=ended / TICKS_PER_SECOND)


def read_thread(proc: int, process: int, thread: int, *, stopped: bool = False) -> Thread:
    """One thread as it is now; `stopped`: its process is. Raises OSError or ValueError when it is gone."""
    folder = f"{process}/task/{thread}"
    run_ns, delay_ns, _ = (int(field) for field in read_at(proc, f"{folder}/schedstat").split())
    fields = read_at(proc, f"{folder}/syscall").split()
    call = None if fields[0] == "running" else int(fields[0])
    arguments = tuple(int(field, 16) for field in fields[1:7])
    return Thread(
        process=process, thread=thread, call=call, arguments=arguments, run_ns=run_ns, delay_ns=delay_ns,
        stopped=stopped,
    )  # fmt: skip


def sleeps(proc: int, thread: Thread) -> bool:
    """Whether a thread still sleeps (or is stopped) as in a look, without having run since, and not because of a disk.

    A sleep for a disk (state D) ends by itself, whatever call it is part of: a program that is being read from a slow
    disk sits in `read` or `openat` just like one that waits for a pipe. Raises OSError when the thread is gone.
    """
    folder = f"{thread.process}/task/{thread.thread}"
    state = read_at(proc, f"{folder}/stat").rpartition(")")[2].split()[0]
    run_ns = int(read_at(proc, f"{folder}/schedstat").split()[0])
    return state == ("T" if thread.stopped else "S") and run_ns == thread.run_ns


def awaits_alarms(proc: int, process: int) -> bool:
    """Whether a process handles a timer's signal, or blocks it to wait for it: then a timer may wake it (proc(5))."""
    for line in read_at(proc, f"{process}/status").splitlines():
        if line.startswith(("SigCgt:", "SigBlk:")):
            signals = int(line.split()[1], 16)
            if any(signals >> (number - 1) & 1 for number in (14, 26, 27)):  # SIGALRM, SIGVTALRM, SIGPROF
                return True
    return False


def holds_timers(proc: int, process: int) -> bool:
    """Whether a process holds a descriptor that becomes readable by itself, or a POSIX timer."""
    folder = f"{process}/fd"
    for name in list_at(proc, folder):
        target = os.readlink(f"{folder}/{name}", dir_fd=proc)
        if target in ("anon_inode:[timerfd]", "anon_inode:inotify", "anon_inode:[signalfd]"):
            return True
    try:
        return bool(read_at(proc, f"{process}/timers"))
    except OSError:
        return False


def polls_connection(proc: int, net: int, thread: Thread) -> bool:
    """Whether a thread that polls one descriptor (poll(2)) waits for input on a TCP connection. Raises OSError."""
    memory = os.open(f"{thread.process}/mem", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        descriptor, events = struct.unpack("=ih", os.pread(memory, 6, thread.arguments[0]))
    except struct.error:
        return False
    finally:
        os.close(memory)
    target = os.readlink(f"{thread.process}/fd/{descriptor}", dir_fd=proc)
    rows = table_rows(net, "tcp", "tcp6")
    return bool(events & select.POLLIN) and any(target == f"socket:[{row[9]}]" for _, row in rows if row[9] != "0")


def socket_times_out(handle: int, descriptor: int) -> bool:
    """Whether a socket of a process has a time-out of its own, which no system call's arguments show.

    `handle`: a pidfd.  Looks through a duplicate of the descriptor; False where the kernel does not give one.
    """
    copy = ctypes.CDLL(None).syscall(PIDFD_GETFD, handle, descriptor, 0)
    if copy < 0:
        return False
    try:
        with socket.socket(fileno=copy) as sock:
            options = (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO)
            return any(any(sock.getsockopt(socket.SOL_SOCKET, option, 16)) for option in options)
    except OSError:
        os.close(copy)
        return False


def id_outside(launcher: int, process: int) -> int | None:
    """Our id of a process of a box (proc(5): NSpid, ns/pid). None when it is gone, or we may not look at it. Reads all
    of /proc, so only for rare cases.  `launcher`: our id of the box's launcher.  `process`: its id inside the box."""
    try:
        box = os.stat(f"/proc/{launcher}/ns/pid").st_ino
    except OSError:
        return None
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError, IndexError):
            status = Path("/proc", name, "status").read_text(errors="replace")
            ids = status.partition("NSpid:")[2].partition("\n")[0].split()
            if ids[-1] == str(process) and os.stat(f"/proc/{name}/ns/pid").st_ino == box:
                return int(name)
    return None


def address(hexadecimal: str) -> tuple[str, int]:
    """`0100007F:FF98` -> ('127.0.0.1', 65432): the tables hold addresses in the machine's byte order (proc(5))."""
    host, port = hexadecimal.split(":")
    packed = b"".join(struct.pack("=I", int(host[at : at + 8], 16)) for at in range(0, len(host), 8))
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int(port, 16)


def tcp_rows(net: int) -> list[Row]:
    """All TCP sockets of the box's network. Costs a walk through the kernel's whole hash table: about 2 ms."""
    rows = []
    for _, fields in table_rows(net, "tcp", "tcp6"):
        send, receive = (int(queue, 16) for queue in fields[4].split(":"))
        local, remote = address(fields[1]), address(fields[2])
        rows.append(Row(local=local, remote=remote, state=state_of(fields), send_queue=send, receive_queue=receive))
    return rows


def listening_with_inodes(net: int) -> list[tuple[Socket, str]]:
    """TCP sockets that listen, with their inode numbers, from the text tables."""
    found = []
    for table, fields in table_rows(net, "tcp", "tcp6"):
        if state_of(fields) == "listen":
            host, port = address(fields[1])
            found.append((Socket(protocol=table, host=host, port=port, state="listen"), fields[9]))
    return found


def udp_sockets(net: int) -> list[Socket]:
    """UDP sockets of the box that have a port: what a program that mistook UDP for TCP has made."""
    found = []
    for table, fields in table_rows(net, "udp", "udp6"):
        host, port = address(fields[1])
        found.append(Socket(protocol=table, host=host, port=port, state="bound"))
    return found


def table_rows(net: int, *tables: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of some tables of /proc/net, split into fields, each with its table's name (proc(5))."""
    for table in tables:
        try:
            text = read_all(net, table)
        except FileNotFoundError:  # no IPv6 here
            continue
        for line in text.splitlines()[1:]:
            yield table, line.split()


def state_of(fields: Sequence[str]) -> str:
    """The state of a TCP row by name."""
    return TCP_STATES[min(int(fields[3], 16), 12)]


def read_all(folder: int, path: str, most: int = 1 << 22) -> str:
    """A table of the kernel, to its end or to `most` bytes."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(most).decode(errors="replace")


def listening(diagnosis: socket.socket, net: int) -> list[Socket]:
    """TCP sockets that listen in the box (sock_diag(7)); through /proc/net where the kernel has no such interface."""
    found = []
    for family, protocol in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        try:
            found += [
                Socket(protocol=protocol, host=host, port=port, state="listen", backlog=backlog, only_ipv6=only_ipv6)
                for host, port, backlog, only_ipv6 in listening_by_netlink(diagnosis, family)
            ]
        except OSError:
            return [row for row, _ in listening_with_inodes(net)]
    return found


def listening_by_netlink(diagnosis: socket.socket, family: int) -> list[tuple[str, int, int, bool]]:
    """Host, port, backlog and IPV6_V6ONLY of each listening socket of one family. Raises OSError when refused."""
    states = 1 << 10  # TCP_LISTEN
    request = struct.pack("=BBBBI48x", family, socket.IPPROTO_TCP, 0, 0, states)
    header = struct.pack("=IHHII", 16 + len(request), 20, 0x301, 1, 0)  # SOCK_DIAG_BY_FAMILY, request and dump
    diagnosis.send(header + request)
    found: list[tuple[str, int, int, bool]] = []
    while True:
        data = diagnosis.recv(1 << 16)
        at = 0
        while at + 16 <= len(data):
            size, kind = struct.unpack_from("=IH", data, at)
            if kind == 3:  # NLMSG_DONE
                return found
            if kind == 2:  # NLMSG_ERROR
                raise OSError(-struct.unpack_from("=i", data, at + 16)[0], "sock_diag")
            port = struct.unpack_from(">H", data, at + 20)[0]
            packed = data[at + 24 : at + 24 + (4 if family == socket.AF_INET else 16)]
            backlog = struct.unpack_from("=I", data, at + 16 + 60)[0]  # idiag_wqueue of a listener
            only_ipv6 = any(attributes(data[at + 16 + 72 : at + size], INET_DIAG_SKV6ONLY))
            found.append((socket.inet_ntop(family, packed), port, backlog, only_ipv6))
            at += (size + 3) & ~3


def attributes(data: bytes, kind: int) -> bytes:
    """The value of one attribute of a netlink message; empty when it has none (netlink(7))."""
    at = 0
    while at + 4 <= len(data):
        size, found = struct.unpack_from("=HH", data, at)
        if found == kind:
            return data[at + 4 : at + size]
        at += max((size + 3) & ~3, 4)
    return b""
