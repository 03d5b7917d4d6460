"""Connections between the grader and a program, as the grader sees them: every byte, FIN and RST is an event.

Sockets are non-blocking and belong to the box's network. The event loop calls back when something arrives; whoever
waits is woken through `notify`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.conversation import MOST_CONNECTS
from grader.model import KEPT_BYTES, Event
from grader.sandbox.running import drop

READ_BYTES = 1 << 16
MOST_RECEIVED = 1 << 23  # of one run: a program that floods the peer is not read any further
MOST_EVENTS = 20_000
MOST_CONNECTIONS = 32
LAST_DATA_RECEIVED = slice(52, 56)  # of struct tcp_info (tcp(7)): tcpi_last_data_recv, in milliseconds


@dataclass(slots=True)
class EventDraft:
    """One event in the making: bytes that follow bytes of the same direction are pieces of one event."""

    kind: str
    connection: int
    at: float
    pieces: list[bytes]


class Transcript:
    """What happened in one run, in order. Its clock starts when the program is launched.

    `expected`: how many bytes a correct program sends by itself; so many are kept, whatever their number.
    """

    def __init__(self, expected: int = 0) -> None:
        self.expected = expected
        self.started = time.monotonic()
        self._drafts: list[EventDraft] = []
        self.received_bytes = self.sent_bytes = 0

    def now(self) -> float:
        """Seconds since the program was launched."""
        return time.monotonic() - self.started

    def add(self, kind: str, connection: int, data: bytes = b"") -> None:
        """Note one event."""
        if kind == "sent":
            self.sent_bytes += len(data)
        elif kind == "received":
            left = KEPT_BYTES + self.expected + 2 * self.sent_bytes - self.received_bytes
            self.received_bytes += len(data)
            data = data[: max(left, 0)]
        last = self._drafts[-1] if self._drafts else None
        if kind in ("received", "sent") and last and (last.kind, last.connection) == (kind, connection):
            last.pieces.append(data)
        elif len(self._drafts) < MOST_EVENTS:
            self._drafts.append(EventDraft(kind, connection, self.now(), [data]))

    def received(self, connection: int) -> bytes:
        """What has arrived on a connection so far, as far as it is kept."""
        mine = [one for one in self._drafts if (one.kind, one.connection) == ("received", connection)]
        return b"".join(piece for one in mine for piece in one.pieces)

    def events(self) -> tuple[Event, ...]:
        """The events so far."""
        return tuple(
            Event(kind=one.kind, connection=one.connection, at=one.at, data=b"".join(one.pieces))
            for one in self._drafts
        )

    @property
    def flooded(self) -> bool:
        """Whether the program has sent more than anybody would read."""
        return self.received_bytes > MOST_RECEIVED or len(self._drafts) >= MOST_EVENTS


class Connection:
    """One TCP connection between the grader and the program.

    `received`, `sent`: number of bytes so far.
    `fresh`: with `keep`, pieces received that nobody has taken yet.
    `ended`: why nothing more will arrive (`fin` or `reset`), or None.  `deaf`: the program takes nothing more of what
    is sent. `fin` does not imply that: a program may have closed its own side, and read on.
    `longest_wait`: the most seconds from the program's last bytes (or the connection's start) to our next bytes.
    """

    def __init__(
        self,
        sock: socket.socket,
        number: int,
        transcript: Transcript,
        notify: Callable[[], None],
        *,
        keep: bool = True,
    ) -> None:
        self.sock, self.number, self.transcript, self.notify, self.keep = sock, number, transcript, notify, keep
        self.made, self.longest_wait = transcript.now(), 0.0
        self.received = 0
        self.fresh: list[bytes] = []
        self.sent = 0
        self.unsent = b""
        self.sent_fin = False
        self.ended: str | None = None
        self.deaf = False
        self.reading = self.writing = False
        # A number, not the socket: asyncio's selector describes an unknown socket at length, with system calls.
        self.descriptor = sock.fileno()
        self.loop = asyncio.get_running_loop()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, wanted: bool) -> None:
        """Start or stop reading."""
        wanted = wanted and self.ended is None
        if wanted and not self.reading:
            self.loop.add_reader(self.descriptor, self._readable)
        elif self.reading and not wanted:
            self.loop.remove_reader(self.descriptor)
        self.reading = wanted

    def read_now(self) -> None:
        """Read what has arrived, whether or not the event loop has come to tell."""
        while self.reading and self._readable():
            pass

    def _readable(self) -> bool:
        """Read once. Returns whether there was something, be it the end."""
        try:
            data = self.sock.recv(READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            self._end("reset")
            return True
        if data:
            self.received += len(data)
            if self.keep:
                self.fresh.append(data)
            self.transcript.add("received", self.number, data)
            if self.transcript.flooded:
                self.read(False)
        else:
            self._end("fin")
        self.notify()
        return True

    def _end(self, how: str) -> None:
        self.read(False)
        self.ended = how
        if how == "reset":
            self._note_wait()  # it may have given up waiting for us
            self.deaf = True
            self.stop_writing()
        self.transcript.add("fin-received" if how == "fin" else "reset", self.number)
        self.notify()

    def _note_wait(self) -> None:
        """Note how long the program has been waiting for us: since its last bytes arrived, whenever we read them."""
        waited = self.transcript.now() - self.made
        if self.received and sys.platform == "linux" and self.sock.fileno() >= 0:
            info = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_RECEIVED.stop)
            waited = int.from_bytes(info[LAST_DATA_RECEIVED], sys.byteorder) / 1000
        self.longest_wait = max(self.longest_wait, waited)

    def send(self, data: bytes) -> None:
        """Send as soon as the program takes it; `unsent` is what it has not taken yet."""
        was_idle = not self.unsent
        self.unsent += data
        if was_idle:
            self._writable()
        self._note_wait()

    def _writable(self) -> None:
        try:
            taken = self.sock.send(self.unsent) if self.unsent else 0
        except BlockingIOError:
            taken = 0
        except OSError:
            self.deaf = True
            self.stop_writing()
            if self.ended is None:
                self.unsent = b""
                self._end("reset")
            self.notify()
            return
        if taken:
            self.sent += taken
            self.transcript.add("sent", self.number, self.unsent[:taken])
            self.unsent = self.unsent[taken:]
        if not self.unsent:
            self.stop_writing()
        elif not self.writing:
            self.loop.add_writer(self.descriptor, self._writable)
            self.writing = True
        if taken or not self.unsent:
            self.notify()

    def stop_writing(self) -> None:
        """Wait no longer for room to write."""
        if self.writing:
            self.loop.remove_writer(self.descriptor)
            self.writing = False

    def half_close(self) -> None:
        """Say that nothing more will be sent (FIN). Harmless when it has been said, or nobody listens any more."""
        if self.sent_fin or self.ended == "reset":
            return
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:  # gone, or not connected yet: then a later call says it
            return
        self.sent_fin = True
        self.transcript.add("fin-sent", self.number)

    def reset(self) -> None:
        """Drop the connection with RST."""
        self.rest()
        drop(self.sock)
        self.ended = self.ended or "reset"
        self.sent_fin = True

    def rest(self) -> None:
        """Neither read nor write any more; the program notices nothing."""
        self.read(False)
        self.stop_writing()

    def close(self) -> None:
        """Drop what is left of the connection, without a trace in the transcript."""
        if self.sock.fileno() >= 0:
            self.rest()
        drop(self.sock)


def catch_up(take: Callable[[], bool], ends: Callable[[], Sequence[Connection]]) -> None:
    """Learn what programs have done by now, whether or not the event loop has come to tell: take every connection that
    waits (`take` takes one, and tells whether there was one), then read all that has arrived at the `ends` of all."""
    while take():
        pass
    for one in ends():
        one.read_now()


def try_connect(sock: socket.socket, address: tuple[str, int]) -> bool | None:
    """One non-blocking attempt: True when connected, False when refused (try again later), None when under way."""
    code = sock.connect_ex(address)
    if code == errno.ECONNABORTED:  # said once after a refusal (inet_stream_connect); then the socket is as new
        code = sock.connect_ex(address)
    if code in (errno.EINPROGRESS, errno.EALREADY):
        if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return False
        try:
            sock.getpeername()
        except OSError:
            return None
        return True
    if code not in (0, errno.EISCONN):
        return False
    if sock.getsockname() == sock.getpeername():  # nobody listens there, and the kernel has picked that very port
        drop(sock)
        return False
    return True


def bind_own(sock: socket.socket, own: tuple[str, int], number: int, port: int) -> None:
    """Bind connection `number` of a run to an address of ours that is the same each time a program is graded, since the
    program may print it. Where the address is taken, the kernel picks one.

    `own`: the address of the first connection.  `port`: the port to connect to. Our own port is never the same: the
    socket would connect to itself.
    """
    host, first = own
    if first:
        mine = first + number
        with contextlib.suppress(OSError):
            sock.bind((host if sock.family == socket.AF_INET else "", mine + MOST_CONNECTS if mine == port else mine))


def take_socket(free: list[socket.socket], host: str) -> socket.socket | None:
    """Take from the unused sockets one of the family that `host` needs; None when there is none left."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = next((one for one in free if one.family == family), None)
    if found is not None:
        free.remove(found)
    return found


def address_text(sock: socket.socket) -> bytes:
    """`host:port` of our end, as the program sees its peer."""
    host, port = sock.getsockname()[:2]
    return f"{host}:{port}".encode()
