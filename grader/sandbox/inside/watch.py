"""What is seen of a program from inside its interpreter: the addresses it asks for, and its stack when it is stopped.

It imports next to nothing, and forgets what it did import: in an interpreter of its own, a file beside the program may
have the name of any module, and has to be found in the module's place. What the two sides of a box have to agree on is
here as well, since both import this file.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # not `signal`, which imports enum
import faulthandler
import os
import sys

TASK = "START_TASK"  # the environment variable that says what to do, see `sitecustomize.py`
MODULES = ("launcher", "ending", "network", "remains", "watch")  # ours in a box; no program finds them
HOME = "/home/student"  # the hand-in's folder
LOW_PORTS = "low-ports"  # in the launcher's task: it is to listen where only the privileged may
MESSAGE_BYTES = 1 << 16
DIAL_LOG_BYTES = 1 << 14
# A signal that nobody else uses; macOS has no real-time signals, and Windows has none that would do.
DUMP_SIGNAL = getattr(_signal, "SIGRTMAX", None) or getattr(_signal, "SIGUSR2", None)


class DialLog:
    """Addresses that the program asks for, written where the supervisor can read them.

    `memory` is a writable buffer. Each entry: `call NUL host NUL port NUL printed NUL complained newline`, the last two
    being the bytes printed to stdout and to stderr so far; what does not fit is dropped. An instance is an audit hook
    (PEP 578): it sees connect and bind of Python's own socket module.
    """

    def __init__(self, memory) -> None:  # type: ignore[no-untyped-def]  # mmap, not imported here
        self.memory, self.at = memory, 0

    def __call__(self, event: str, arguments: tuple) -> None:  # type: ignore[type-arg]
        """Note one connect or bind."""
        if event not in ("socket.connect", "socket.bind") or len(arguments) < 2:
            return
        address = arguments[1]
        host, port = address[:2] if isinstance(address, tuple) and len(address) >= 2 else (address, -1)
        fields = (event[7:], str(host)[:200], str(port)[:12], str(printed_bytes(1)), str(printed_bytes(2)))
        line = "\0".join(fields).encode(errors="replace") + b"\n"
        if self.at + len(line) <= len(self.memory):
            self.memory[self.at : self.at + len(line)] = line
            self.at += len(line)


def printed_bytes(descriptor: int) -> int:
    """Bytes written to stdout or stderr so far: both are files whose position is shared by all writers."""
    try:
        return os.lseek(descriptor, 0, os.SEEK_CUR)
    except OSError:
        return 0


def watch(memory) -> None:  # type: ignore[no-untyped-def]
    """Note dialled addresses from now on, and end with all stacks on stderr when DUMP_SIGNAL comes.

    Not `faulthandler.enable`: a program that crashes shall print no more than it does under `python3`.
    """
    if DUMP_SIGNAL is not None:
        faulthandler.register(DUMP_SIGNAL, all_threads=True, chain=True)
    sys.addaudithook(DialLog(memory))


def watch_into(log: str) -> None:
    """`watch` in an interpreter of its own. `log`: the dial log, an open descriptor's number or a path."""
    import mmap

    descriptor = int(log) if log.isdigit() else os.open(log, os.O_RDWR)
    memory = mmap.mmap(descriptor, DIAL_LOG_BYTES)
    if log.isdigit():
        os.closerange(descriptor, 64)  # the log, and the duplicate that mmap has made of it
    else:
        os.close(descriptor)
    watch(memory)
    for name in ("mmap", "faulthandler"):
        del sys.modules[name]
