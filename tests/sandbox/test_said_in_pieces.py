"""What a program says in several calls is taken together, however soon the first of it is seen."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from boxes import hand_in

from grader.conversation import Action
from grader.model import Limits
from grader.peers.part import Part
from grader.peers.play import play
from grader.peers.relay import CONNECTIONS, relay, wait_until_listening
from grader.sandbox.launch import Box

pytestmark = pytest.mark.sandbox

ROUNDS = 12  # of each, since one may go well by chance
LIMITS = Limits(wall_seconds=60.0, cpu_seconds=0.5)
AT = ("127.0.0.1", 65432)

SERVER = """
import socket
with socket.create_server(("127.0.0.1", 65432)) as listener:
    connection, _ = listener.accept()
    with connection:
        while message := connection.recv(1024):
            {replies}
"""
CLIENT = """
import socket
with socket.create_connection(("127.0.0.1", 65432)) as s:
    {asks}
    print(s.recv(1024).decode())
"""
ASKS = 's.sendall(b"Hello, world")'


def part(role: str, actions: tuple[Action, ...] = ()) -> Part:
    """A program's part at the usual address."""
    file = f"echo-{role}.py"
    return Part(role=role, file=file, actions=actions, awaits_exit=True, host=AT[0], port=AT[1], follow=True)


async def box_of(program: Part, text: str) -> Box:
    """A box with one program."""
    return await Box.start(hand_in({program.file: text}), LIMITS, program.file)


async def printed_beside(server_text: str, client_text: str, rounds: int = ROUNDS) -> Counter[str]:
    """What the client prints when the two meet, in each of the rounds."""
    parts = {role: part(role) for role in ("server", "client")}
    server_box = await box_of(parts["server"], server_text)
    client_box = await box_of(parts["client"], client_text)
    seen: Counter[str] = Counter()
    for _ in range(rounds):
        async with server_box.run(
            parts["server"].file, connections=CONNECTIONS, port=AT[1], usual_port=AT[1]
        ) as server:
            assert await wait_until_listening(server, LIMITS, *AT) is not None
            async with client_box.run(parts["client"].file, listen=AT[0], port=AT[1], usual_port=AT[1]) as client:
                records = await relay(server, client, parts, AT, LIMITS)
        seen[records["client"].stdout.decode().rstrip("\n")] += 1
    await server_box.close()
    await client_box.close()
    return seen


@pytest.mark.parametrize(
    "replies",
    [
        'connection.sendall(b"Here it is: "); connection.sendall(message)',
        'connection.sendall(b"Here it is: "); print("sent", flush=True); connection.sendall(message)',
        'connection.sendall(b"Here it is: "); import logging; connection.sendall(message)',
    ],
    ids=["at once", "printing", "importing"],
)
def test_a_reply_whose_first_piece_is_as_long_as_the_message(replies: str) -> None:
    """It is not taken for whole while the server is still at work."""
    seen = asyncio.run(printed_beside(SERVER.format(replies=replies), CLIENT.format(asks=ASKS)))
    assert seen == {"Here it is: Hello, world": ROUNDS}


def test_a_greeting_as_long_as_the_message() -> None:
    """What a server says unasked is no reply, however soon the client has spoken."""
    greets = SERVER.replace("        while", '        connection.sendall(b"How are you?")\n        while')
    seen = asyncio.run(printed_beside(greets.format(replies="connection.sendall(message)"), CLIENT.format(asks=ASKS)))
    assert seen == {"How are you?Hello, world": ROUNDS}


def test_a_byte_behind_the_reply() -> None:
    """A server that sends too much is seen to."""
    more = 'connection.sendall(message); connection.sendall(b"!")'
    seen = asyncio.run(printed_beside(SERVER.format(replies=more), CLIENT.format(asks=ASKS)))
    assert seen == {"Hello, world!": ROUNDS}


def test_a_server_that_computes_for_ever_behind_its_reply() -> None:
    """Such a reply is handed on all the same."""
    computes = "connection.sendall(message)\n            while True: pass"
    seen = asyncio.run(printed_beside(SERVER.format(replies=computes), CLIENT.format(asks=ASKS), rounds=1))
    assert seen == {"Hello, world": 1}


def test_a_message_in_two_calls() -> None:
    """A client is answered all that it has said when it waits for an answer."""
    actions = (Action(kind="accept"), Action(kind="receive"), Action(kind="send", answers="echo"), Action(kind="close"))

    async def printed() -> Counter[str]:
        client = part("client", actions)
        box = await box_of(client, CLIENT.format(asks='s.sendall(b"Hello"); s.sendall(b", world")'))
        seen: Counter[str] = Counter()
        for _ in range(ROUNDS):
            async with box.run(client.file, listen=AT[0], port=AT[1], usual_port=AT[1]) as run:
                record = await play(run, client, LIMITS)
            seen[record.stdout.decode().rstrip("\n")] += 1
        await box.close()
        return seen

    assert asyncio.run(printed()) == {"Hello, world": ROUNDS}


BREAKS_OFF = """
import socket, struct
with socket.create_server(("127.0.0.1", 65432)) as listener:
    connection, _ = listener.accept()
    while message := connection.recv(1024):
        connection.sendall(message)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close sends RST
    connection.close()
"""
READS_TO_THE_END = """
import socket
with socket.create_connection(("127.0.0.1", 65432)) as s:
    s.sendall(b"Hello, world")
    s.shutdown(socket.SHUT_WR)
    try:
        while s.recv(1024):
            pass
    except ConnectionResetError:
        print("broken off")
"""


def test_a_client_that_waits_for_the_end_learns_that_the_server_has_broken_off() -> None:
    """As without a relay in between, also when it has said before that it sends no more: it does not wait for ever."""
    assert asyncio.run(printed_beside(BREAKS_OFF, READS_TO_THE_END, rounds=3)) == {"broken off": 3}
