"""The proof that a box will never do anything again unless the grader does something first. Pure.

A thread blocked in a system call without a time-out wakes only when what it waits for arrives, and arrival makes it
runnable at once (the waker does that, in the kernel). So a box is stuck when, in two looks with the threads' clocks
unchanged between them, every thread of every process sits in such a call, and nothing is under way on the network:
no connection is being set up or torn down, and no byte is sent but not yet delivered. Data that has been delivered and
woke nobody is data that nobody waits for. A thread in a timed call (a sleep, a poll with a time-out) may go on by
itself, so a box with one is never stuck; it is waited for. So is one in `sigwait`: which alarm it waits for, and
whether one is set, the kernel does not show. A process that has been stopped (SIGSTOP) goes on only when another
process of the box tells it to, whatever its time-outs and alarms.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence

from grader.sandbox.kernel import Look, Row, Thread


def always(arguments: Sequence[int]) -> bool:
    """The call has no time-out of its own."""
    return True


def without_pointer(position: int) -> Callable[[Sequence[int]], bool]:
    """The call has no time-out when the pointer to it is null."""
    return lambda arguments: arguments[position] == 0


def negative(position: int) -> Callable[[Sequence[int]], bool]:
    """The call has no time-out when the milliseconds given are negative (a 32-bit number)."""
    return lambda arguments: bool(arguments[position] & 0x80000000)


WAITS: dict[str, Callable[[Sequence[int]], bool]] = {
    "read": always, "readv": always, "recvfrom": always, "recvmsg": always, "accept": always, "accept4": always,
    "write": always, "writev": always, "sendto": always, "sendmsg": always, "wait4": always, "waitid": always,
    "pause": always, "rt_sigsuspend": always, "flock": always, "fcntl": always, "msgrcv": always, "semop": always,
    "open": always, "openat": always,  # of a fifo, until somebody opens the other end
    "futex": without_pointer(3), "ppoll": without_pointer(2), "select": without_pointer(4),
    "pselect6": without_pointer(4), "recvmmsg": without_pointer(4),
    "semtimedop": without_pointer(3), "epoll_pwait2": without_pointer(3),
    "poll": negative(2), "epoll_wait": negative(3), "epoll_pwait": negative(3),
}  # fmt: skip

NUMBERS: dict[str, dict[str, int]] = {
    "x86_64": {
        "read": 0, "write": 1, "open": 2, "poll": 7, "readv": 19, "writev": 20, "select": 23, "pause": 34,
        "nanosleep": 35, "openat": 257,
        "connect": 42, "accept": 43, "sendto": 44, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47, "wait4": 61,
        "semop": 65, "msgrcv": 70, "fcntl": 72, "flock": 73, "rt_sigtimedwait": 128, "rt_sigsuspend": 130,
        "futex": 202, "semtimedop": 220, "clock_nanosleep": 230, "epoll_wait": 232, "waitid": 247, "pselect6": 270,
        "ppoll": 271, "epoll_pwait": 281, "accept4": 288, "recvmmsg": 299, "epoll_pwait2": 441,
    },
    "aarch64": {
        "epoll_pwait": 22, "fcntl": 25, "flock": 32, "openat": 56, "read": 63, "write": 64, "readv": 65, "writev": 66,
        "pselect6": 72, "ppoll": 73, "waitid": 95, "futex": 98, "nanosleep": 101, "clock_nanosleep": 115,
        "rt_sigsuspend": 133, "rt_sigtimedwait": 137, "msgrcv": 188, "semtimedop": 192, "semop": 193, "accept": 202,
        "connect": 203, "sendto": 206, "recvfrom": 207, "sendmsg": 211, "recvmsg": 212, "accept4": 242,
        "recvmmsg": 243, "wait4": 260, "epoll_pwait2": 441,
    },
}  # fmt: skip
NAMES = {number: name for name, number in NUMBERS.get(platform.machine(), {}).items()}

# Calls that wait for something to happen on sockets, timed or not: where a server sits between two clients.
SERVING = {"accept", "accept4", "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2"}

# Calls that a time-out of their socket (SO_RCVTIMEO, SO_SNDTIMEO) may end.
ON_SOCKETS = {
    "accept",
    "accept4",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "read",
    "readv",
    "sendto",
    "sendmsg",
    "write",
    "writev",
}

INPUT = SERVING | {"read", "readv", "recvfrom", "recvmsg", "recvmmsg", "futex", "wait4", "waitid"}

UNDER_WAY = {"syn-sent", "syn-recv", "new-syn-recv", "fin-wait-1", "closing", "last-ack"}
FIN_SENT = {"fin-wait-1", "closing", "last-ack"}
FIN_RECEIVED = {"close-wait", "last-ack", "closing", "time-wait"}
WINDOW_BYTES = 2048  # a receiver with less unread than this has room, so bytes sent to it are still on their way


def call_name(thread: Thread) -> str:
    """The system call that a thread is in, or an empty string when it runs or the call is not one we know."""
    return "" if thread.call is None else NAMES.get(thread.call, "")


def waits_for_ever(thread: Thread) -> bool:
    """Whether a thread sits in a call that only somebody else can end, or has been stopped (SIGSTOP) in any call."""
    if thread.stopped:
        return thread.call is not None
    rule = WAITS.get(call_name(thread))
    return rule is not None and rule(thread.arguments)


def waits_for_input(look: Look) -> bool:
    """Whether every thread waits for something to come, with or without a time-out; a sleep is no such wait."""
    return all(call_name(thread) in INPUT for thread in look.threads)


def rests(look: Look) -> bool:
    """Whether no thread is about to do anything: each sleeps in a call, for ever or for some time."""
    return all(thread.call is not None and thread.call >= 0 for thread in look.threads)


def polls_one(thread: Thread) -> bool:
    """Whether a thread polls a single descriptor, as Python does for a socket that has a time-out."""
    return call_name(thread) in ("poll", "ppoll") and thread.arguments[1] == 1


def unchanged(first: Look, second: Look) -> bool:
    """Whether the same threads sit in the same calls, and none has run in between."""

    def essence(look: Look) -> list[tuple[int, int, int | None, tuple[int, ...], int, bool]]:
        return sorted((t.process, t.thread, t.call, t.arguments, t.run_ns, t.stopped) for t in look.threads)

    return first.complete and second.complete and essence(first) == essence(second)


def all_wait(first: Look, second: Look) -> bool:
    """Whether every thread waits for ever, in both looks, without having run between them. No thread: trivially."""
    return unchanged(first, second) and all(waits_for_ever(thread) for thread in second.threads)


def network_is_still(rows: Sequence[Row]) -> bool:
    """Whether nothing is under way between any two sockets of the box.

    Bytes sent and not acknowledged are under way, and so is a FIN behind them. But if the receiver is full of data that
    it does not read, they are not: they wait for the receiver.
    """
    ends = {(unmapped(row.local), unmapped(row.remote)): row for row in rows}
    return not any(under_way(row, ends.get((unmapped(row.remote), unmapped(row.local)))) for row in rows)


def under_way(row: Row, other: Row | None) -> bool:
    """Whether something that one end has sent has not reached the other yet."""
    if row.state not in UNDER_WAY and (row.state == "listen" or not row.send_queue):
        return False
    if other is None:
        return True
    only_fin = row.state in FIN_SENT and row.send_queue <= 1
    if only_fin and other.state in FIN_RECEIVED:
        return False  # it has arrived; its acknowledgement may take 40 ms more
    return not (row.send_queue and other.receive_queue >= WINDOW_BYTES)


def unmapped(address: tuple[str, int]) -> tuple[str, int]:
    """An address as IPv4 has it: a socket for both families shows `::ffff:127.0.0.1`."""
    return address[0].removeprefix("::ffff:"), address[1]


def serves_on(look: Look) -> bool:
    """Whether a thread of the box waits for something to happen on a socket. Whether a socket listens, and whether
    connections are still open, the caller has to find out."""
    return bool(look.threads) and any(call_name(thread) in SERVING for thread in look.threads)
