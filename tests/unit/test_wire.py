"""What a transcript keeps: pieces become one event, and what is kept of a flood is bounded."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable

import pytest

from grader.model import KEPT_BYTES
from grader.peers import wire
from grader.peers.wire import MOST_RECEIVED, Connection, Transcript, address_text, take_socket


def said(transcript: Transcript) -> list[tuple[str, int, bytes]]:
    """The events without their times."""
    return [(event.kind, event.connection, event.data) for event in transcript.events()]


def test_pieces_of_one_direction_are_one_event() -> None:
    """However the stream was cut; the next direction, connection or happening begins a new one."""
    transcript = Transcript()
    for kind, connection, data in (
        ("connected", 0, b"h:1"), ("sent", 0, b"a"), ("sent", 0, b"b"), ("received", 0, b"A"), ("received", 0, b""),
        ("received", 0, b"B"), ("received", 1, b"C"), ("received", 0, b"D"), ("fin-received", 0, b""),
        ("fin-received", 0, b""),
    ):  # fmt: skip
        transcript.add(kind, connection, data)
    assert said(transcript) == [
        ("connected", 0, b"h:1"),
        ("sent", 0, b"ab"),
        ("received", 0, b"AB"),
        ("received", 1, b"C"),
        ("received", 0, b"D"),
        ("fin-received", 0, b""),
        ("fin-received", 0, b""),
    ]


def test_an_event_has_the_time_of_its_first_piece() -> None:
    """Later pieces do not move it, and times never go back."""
    transcript = Transcript()
    transcript.add("sent", 0, b"a")
    before = transcript.now()
    transcript.add("sent", 0, b"b")
    transcript.add("received", 0, b"c")
    first, second = transcript.events()
    assert 0 <= first.at <= before <= second.at <= transcript.now()


def test_events_may_be_asked_for_in_between() -> None:
    """What is asked early is part of what is asked later, and does not change any more."""
    transcript = Transcript()
    transcript.add("sent", 0, b"a")
    early = transcript.events()
    transcript.add("sent", 0, b"b")
    assert [event.data for event in early] == [b"a"]
    assert [event.data for event in transcript.events()] == [b"ab"]


def received_of(transcript: Transcript) -> int:
    """How many bytes received are kept."""
    return sum(len(event.data) for event in transcript.events() if event.kind == "received")


@pytest.mark.parametrize("piece", [1 << 10, 1 << 16, KEPT_BYTES * 3])
def test_of_a_flood_the_beginning_is_kept(piece: int) -> None:
    """All bytes are counted, whatever is kept of them; the cut may fall within a piece."""
    transcript = Transcript()
    total = 0
    while total < KEPT_BYTES * 2:
        transcript.add("received", 0, bytes([total // piece % 256]) * piece)
        total += piece
    assert received_of(transcript) == KEPT_BYTES
    assert transcript.received_bytes == total
    assert not transcript.flooded


@pytest.mark.parametrize("sent", [0, 12, 1 << 16, 1 << 20])
def test_an_answer_of_twice_what_was_sent_is_kept_whole(sent: int) -> None:
    """So that no honest answer to a large message is cut, and one byte too much still shows."""
    transcript = Transcript()
    transcript.add("sent", 0, bytes(sent))
    transcript.add("received", 0, b"x" * (2 * sent))
    assert received_of(transcript) == 2 * sent
    transcript.add("received", 0, b"y" * (KEPT_BYTES + 5))
    assert received_of(transcript) == 2 * sent + KEPT_BYTES


def test_what_a_right_program_sends_is_kept_whole_too() -> None:
    """However long a message the rubric awaits; what comes on top still shows."""
    transcript = Transcript(expected=3 * KEPT_BYTES)
    transcript.add("received", 0, b"x" * (3 * KEPT_BYTES + 5))
    assert received_of(transcript) == 3 * KEPT_BYTES + 5


def test_what_is_sent_later_makes_room_again() -> None:
    """A conversation that goes on is heard to its end; all bytes received so far have used up their share."""
    transcript = Transcript()
    transcript.add("received", 0, bytes(KEPT_BYTES))
    transcript.add("received", 0, b"lost")
    transcript.add("sent", 0, bytes(100))
    transcript.add("received", 0, b"z" * 300)
    assert received_of(transcript) == KEPT_BYTES + 196
    assert transcript.events()[-1].data == b"z" * 196


def test_what_the_grader_sends_is_kept_whole() -> None:
    """It is ours, and the rubric bounds it."""
    transcript = Transcript()
    transcript.add("sent", 0, bytes(KEPT_BYTES * 2))
    assert len(transcript.events()[0].data) == KEPT_BYTES * 2


def test_a_flood_is_told_by_its_bytes_or_by_its_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nobody reads on; events beyond the bound are dropped."""
    loud = Transcript()
    loud.add("received", 0, bytes(MOST_RECEIVED))
    assert not loud.flooded
    loud.add("received", 0, b"x")
    assert loud.flooded
    monkeypatch.setattr(wire, "MOST_EVENTS", 10)
    busy = Transcript()
    for number in range(30):
        busy.add("accepted", number, b"h:1")
    assert busy.flooded
    assert [event.connection for event in busy.events()] == list(range(10))


def test_a_socket_of_the_family_that_an_address_needs_is_taken() -> None:
    """Each once; None when there is none left of that family."""
    with socket.socket(socket.AF_INET6) as six, socket.socket() as one, socket.socket() as two:
        free = [six, one, two]
        assert take_socket(free, "127.0.0.1") is one
        assert take_socket(free, "::1") is six
        assert take_socket(free, "::1") is None
        assert take_socket(free, "127.0.0.2") is two
        assert free == []


def test_our_address_is_told_as_the_program_sees_it() -> None:
    """The host and port of our own end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert address_text(server) == f"127.0.0.1:{port}".encode()


# --- sending to one that sends no more --------------------------------------------------------------------------------

LONG = bytes(range(256)) * 40_000  # more than the buffers on both sides hold


def sent_to(program: Callable[[socket.socket], None]) -> tuple[Connection, Transcript]:
    """What becomes of LONG, sent to a program that runs beside us, until all is taken or never will be."""

    async def talk() -> tuple[Connection, Transcript]:
        listener = socket.create_server(("127.0.0.1", 0))
        theirs = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
        ours.setblocking(False)
        happened, transcript = asyncio.Event(), Transcript()
        connection = Connection(ours, 0, transcript, happened.set)
        other = threading.Thread(target=program, args=[theirs])
        try:
            connection.read(True)
            connection.send(LONG)
            assert connection.unsent
            other.start()
            while connection.unsent and not connection.deaf:
                await happened.wait()
                happened.clear()
            return connection, transcript
        finally:
            await asyncio.to_thread(other.join)
            connection.close()
            for sock in (listener, theirs):
                sock.close()

    return asyncio.run(talk())


def test_one_that_has_ended_its_side_is_sent_all_the_same() -> None:
    """`shutdown(SHUT_WR)`, and then it reads: a client that asks for something and waits for all of it."""
    heard = []

    def asks(sock: socket.socket) -> None:
        sock.shutdown(socket.SHUT_WR)
        left = len(LONG)
        while left:
            heard.append(sock.recv(1 << 16))
            left -= len(heard[-1])

    connection, transcript = sent_to(asks)
    assert b"".join(heard) == LONG
    assert (connection.ended, connection.sent, connection.deaf) == ("fin", len(LONG), False)
    assert [event.kind for event in transcript.events()].count("fin-received") == 1


def test_one_that_is_gone_takes_nothing_more() -> None:
    """It has closed with RST: nobody waits for room any longer."""

    def goes(sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    connection, _ = sent_to(goes)
    assert (connection.ended, connection.deaf, connection.writing) == ("reset", True, False)
