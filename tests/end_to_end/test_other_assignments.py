"""What students read whose assignment is no echo: the server says a line first, then answers in capital letters."""

from __future__ import annotations

from pathlib import Path

import pytest
from batches import graded, results

RUBRIC = r"""
title: Greeting server
points: 24
assignment:
  host: 127.0.0.1
  port: 50100
  programs:
    server: {file: greet.py, reference: solutions/greet.py}
    client: {file: shop.py, reference: solutions/shop.py}
checks:
  - id: server.greets
    title: Says READY first
    points: 4
    run: server
    conversation:
      - connect
      - receive: {text: "READY\n"}
    hint: The server speaks first.
  - id: server.upper
    title: Answers in capital letters
    points: 4
    run: server
    conversation:
      - connect
      - receive: {text: "READY\n"}
      - send: {text: "two apples\n"}
      - receive: {sent: upper}
    hint: bytes have a method upper.
  - id: client.orders
    title: Sends two lines
    points: 4
    run: client
    conversation:
      - accept
      - send: {text: "READY\n"}
      - receive: {text: "two apples\n"}
      - send: {text: "TWO APPLES\n"}
      - receive: {text: "one pear\n"}
    hint: Send the second line, too.
  - id: client.prints
    title: Prints the answer
    points: 4
    run: client
    conversation:
      - accept
      - send: {text: "READY\n"}
      - receive: anything
      - send: {text: "PLUMS\n"}
      - prints: sent
    hint: Print what recv returned.
  - id: client.reads-all
    title: Ends when the server closes
    points: 4
    run: client
    conversation:
      - accept
      - send: {text: "READY\nTWO APPLES\nONE PEAR\n"}
      - close
      - exits: 0
    hint: recv returns b'' once the server has closed.
  - id: pair.talk
    title: Your two programs work together
    points: 4
    run: {server: student, client: student}
    conversation:
      - relay
      - client: {prints: {text: "TWO APPLES"}}
    hint: Try it in two terminals.
"""
SERVER = r"""import socket

with socket.create_server(("127.0.0.1", 50100)) as s:
    connection, address = s.accept()
    with connection:
        connection.sendall(b"READY\n")
        for line in connection.makefile("rb"):
            connection.sendall(line.upper())
"""
CLIENT = r"""import socket

with socket.create_connection(("127.0.0.1", 50100)) as s:
    lines = s.makefile("rb")
    lines.readline()
    for order in (b"two apples\n", b"one pear\n"):
        s.sendall(order)
        answer = lines.readline()
        print("Answer:", answer)
"""
MISTAKES = {
    "right": (),
    "sends-nothing": (
        ('        connection.sendall(b"READY\\n")\n', "        print(address)\n"),
        ('        for line in connection.makefile("rb"):\n', ""),
        ("            connection.sendall(line.upper())\n", ""),
    ),
    "greets-late": (
        (
            '        connection.sendall(b"READY\\n")\n',
            '        connection.recv(9)\n        connection.sendall(b"READY\\n")\n',
        ),
    ),
    "greets-longer": ((r'b"READY\n"', r'b"HELLO\nREADY\n"'),),
    "no-greeting": (('        connection.sendall(b"READY\\n")\n', ""),),
    "part-of-greeting": ((r'b"READY\n"', 'b"READY"'),),
    "echo": (("line.upper()", "line"),),
    "stops": (("line.upper()", "line.uper()"),),
    "one-line": ((r', b"one pear\n")', ",)"),),
    "reads-until-close": (
        ('        answer = lines.readline()\n        print("Answer:", answer)\n', "    print(lines.read())\n"),
    ),
    "prints-order": (('print("Answer:", answer)', 'print("Answer:", order)'),),
}
SAID = [
    ("sends-nothing", "server.greets", "Your server sends nothing: ", "The server speaks first."),
    ("greets-late", "server.greets", "A part of your server's answer comes too late", "The server speaks first."),
    ("greets-longer", "server.greets", "Your server sends other bytes than expected: b'HE", "The server speaks first."),
    ("no-greeting", "server.greets", "Your server sends nothing: ", "The server speaks first."),
    ("part-of-greeting", "server.greets", "Your server sends only a part: b'READY' (5", "The server speaks first."),
    ("echo", "server.upper", "Your server sends the message back as it came: b'two", "bytes have a method upper."),
    ("echo", "pair.talk", "Your client does not print b'TWO APPLES' (10 bytes); what it received was b'READY", ""),
    ("stops", "pair.talk", "Your server stops with an error in line 8: AttributeError", ""),
    ("one-line", "client.orders", "Your client connects and sends nothing after b'two apples", "Send the second line"),
    ("prints-order", "client.prints", "Your client had its reply already", "Print what recv returned."),
    ("part-of-greeting", "pair.talk", "Your client had its reply already", "Try it in two terminals."),
]  # fmt: skip


@pytest.fixture(scope="module")
def greeted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a small class."""
    folder = tmp_path_factory.mktemp("greeting")
    (folder / "rubric.yaml").write_text(RUBRIC)
    for name, changes in {"../solutions": (), **MISTAKES}.items():
        server, client = SERVER, CLIENT
        for old, new in changes:
            assert old in server + client
            server, client = server.replace(old, new), client.replace(old, new)
        program = folder / "class" / name
        program.mkdir(parents=True)
        (program / "greet.py").write_text(server)
        (program / "shop.py").write_text(client)
    return graded(folder / "out", folder / "class", "--rubric", folder / "rubric.yaml")


def test_a_right_hand_in_has_all_points(greeted: Path) -> None:
    """The assignment can be done."""
    assert results(greeted)["right"]["points"] == 24


@pytest.mark.parametrize(("name", "check", "reason", "next_step"), SAID)
def test_nothing_presumes_an_echo(greeted: Path, name: str, check: str, reason: str, next_step: str) -> None:
    """True sentences of this assignment, and the hints of its author."""
    found = next(one for one in results(greeted)[name]["checks"] if one["id"] == check)
    assert found["reason"].startswith(reason)
    assert next_step in found["next_step"]
    assert "what this recv has returned" not in found["next_step"]


def test_a_client_that_reads_until_its_server_closes_sees_it_close(greeted: Path) -> None:
    """Where the conversation has a `close`, the grader closes first."""
    checks = {one["id"]: one["verdict"] for one in results(greeted)["reads-until-close"]["checks"]}
    assert checks["client.reads-all"] == "passed"
    assert checks["client.prints"] == "failed"  # there the server keeps the connection open
