"""Loops that are left too early, receive nothing, or wait for a number of bytes; and connections that stay open."""

from __future__ import annotations

import pytest
from diagnosed import MET, REPLIED, REPLY, Case, check, client, made, mark, on_client, on_server, reply, server
from records import GREETING, dial, events, listener, record

from grader.diagnose import explain
from grader.model import Frame, Limits
from grader.verdicts import Finding

RECEIVING = "    data = conn.recv(1024)\n    if not data:\n        break\n"
SENDING = "    conn.sendall(data)\n"
BEFORE = server(("while True:\n" + RECEIVING, "data = conn.recv(1024)  # <--\nwhile data:\n"))
BEFORE_FOREVER = server(("while True:\n    data = conn.recv(1024)\n", "data = conn.recv(1024)  # <--\nwhile True:\n"))
ENDLESS = {"stopped": "stuck", "events": events(*MET, ("received", GREETING * 30000))}
EXTRA = reply(GREETING, GREETING * 3)
ONCE = reply(b"second", b"", index=1, answered=12, heard=(GREETING,))
ENDED_ONCE = {**ONCE, "record": {**ONCE["record"], "stopped": None, "exit_code": 0}}
SHORT = reply(bytes(range(256)) * 40, bytes(range(256)) * 4)
ENDED_SHORT = {**SHORT, "record": {**SHORT["record"], "stopped": None, "exit_code": 0}}
KEPT = {"stopped": "stuck", "events": events(*MET, ("received", GREETING), "fin-sent")}
WORKER = (
    "import socket\nfrom multiprocessing import Process\n\ndef echo(conn):\n    conn.sendall(conn.recv(1024))\n"
    "    conn.close()\n\ns = socket.create_server(('', 1))\nwhile True:\n    conn, addr = s.accept()  # !!\n"
    "    process = Process(target=echo, args=(conn,))  # <--\n    process.start()\n"
)
WELCOMED = reply(GREETING, b"Welcome, you" + GREETING)


def left(change: str, *, entry: str = "replies-once", shown: dict[str, object] = ENDED_ONCE) -> Case:
    """A server that does this behind its sending, and answers no more."""
    code = "server-silent" if entry == "replies-once" else "server-partial"
    return on_server(entry, code, server((SENDING, SENDING + change)), **shown)  # type: ignore[arg-type]


def waits(condition: str, *, grows: str = "", entry: str = "waits-for-reply-length") -> Case:
    """A client that receives while a condition holds, stuck in recv when it has its reply."""
    loop = f"data, count = b'', 0\nwhile {condition}:\n    data += s.recv(1024)  # <--\n{grows}"
    source = client(("data = s.recv(1024)\n", loop))
    seen = {"stopped": "stuck", "events": events(*REPLIED)}
    return on_client(entry, "reply-not-printed", source, waits=True, finding=REPLY, record=seen)


LOOPS = [
    on_server("received-before-loop", "does-not-end", BEFORE, record=ENDLESS),
    on_server("received-before-loop", "server-extra", BEFORE, **EXTRA),
    on_server("received-before-loop", "server-extra", BEFORE_FOREVER, **EXTRA),
    on_server(
        "received-before-loop",
        "exit-status",
        BEFORE.replace("sendall(data)", "sendall(data)  # !!"),
        "ConnectionResetError: [Errno 104] Connection reset by peer",
    ),
    on_server(  # it moves on through what it has
        "reply-suffixed",
        "server-extra",
        server(
            (
                "while True:\n" + RECEIVING + SENDING,
                "data = conn.recv(9)\nwhile data:\n    conn.send(data)  # <--\n    data = data[1:]\n",
            )
        ),
        **reply(GREETING, GREETING + b"never written"),
    ),
    on_server(  # a function of its own may receive
        "reply-suffixed",
        "server-extra",
        "def more(conn):\n    return conn.recv(9)\n"
        + BEFORE.replace(mark, "").replace(SENDING, "    conn.sendall(data)  # <--\n    more(conn)\n"),
        **reply(GREETING, GREETING + b"never written"),
    ),
    on_server(
        "answers-unread",
        "server-altered",
        server((RECEIVING + SENDING, "    conn.sendall(b'thank you')  # <--\n")),
        **reply(GREETING, b"thank you"),
    ),
    left("    if len(data) < 1024:  # <--\n        break\n"),
    left("    if len(data) != 1024:  # <--\n        conn.close()\n        break\n"),
    left("    break  # <--\n"),
    left("    break  # <--\n", entry="reply-stopped-short", shown=ENDED_SHORT),
    on_server(
        "replies-once",
        "server-silent",
        server(
            ("while True:\n" + RECEIVING + SENDING, "data = conn.recv(1024)\nconn.sendall(data)\nconn.close()  # <--\n")
        ),
        **ENDED_ONCE,
    ),
    on_server(  # a condition that does not hold, and a loop that is left for another reason
        "replies-once",
        "server-silent",
        server(("recv(1024)", "recv(1024)  # <--"), (SENDING, SENDING + "    if len(data) > 1024:\n        break\n")),
        **ENDED_ONCE,
    ),
    on_server("connection-kept", "does-not-end", WORKER, waits=True, record=KEPT),
    on_server(
        "connection-not-closed",
        "does-not-end",
        WORKER.replace("# <--", "").replace("# !!", "# <--") + "    addr.close()\n",
        waits=True,
        record=KEPT,
    ),
    waits("len(data) < len(message)"),
    waits("len(data) < 100"),
    waits("count < wanted", grows="    count += len(data)\n"),
    waits("wanted > count", grows="    count += len(data)\n"),
    waits("count < wanted", entry="waits-for-more"),
    waits("data != wanted", entry="waits-for-more"),
    on_server(
        "reply-prefixed",
        "server-extra",
        server(
            ("print(", "text = 'Welcome, you'\ntext = text.encode()\nprint("),
            ("while", "conn.send(text)  # <--\nwhile"),
        ),
        **WELCOMED,
    ),
    on_client(
        "connect-without-parentheses",
        "never-connects",
        client(
            ("s.connect((HOST, PORT))", "s.connect  # <--"), ('s.sendall(b"Hello, world")', "s.sendall(b'x')  # !!")
        ),
        "BrokenPipeError: [Errno 32] Broken pipe",
    ),
    on_server(
        "reply-missing",
        "server-silent",
        server(("recv(1024)", "recv(1024)  # <--"), (SENDING, "    if data == 'exit':\n        break\n")),
        record={"exit_code": 0, "stdout": b"Error: [Errno 9] Bad file descriptor\n", "events": events(*MET)},
    ),
    on_server(
        "nothing-announced",
        "address-not-printed",
        server(
            ('print("Connected by", addr)\n', ""),
            ("accept()", "accept()  # <--"),
            ("    if not data:\n        break\n", ""),
        ),
        record={"stopped": "cpu", "stack": (Frame(file="echo-server.py", line=9, function="<module>"),)},
    ),
    on_server(
        "cpu-limit",
        "address-not-printed",
        server(("print(", "while True:  # <--\n    pass\nprint(")),
        record={"stopped": "cpu", "stack": (Frame(file="echo-server.py", line=9, function="<module>"),)},
    ),
    on_server(
        "address-left-out",
        "address-not-printed",
        server(
            ('print("Connected by", addr)', "print('hello')  # <--"),
            ("import socket\n", "import socket\nprint('up')\n"),
        ),
        record={"stdout": b"up\nhello\n"},
    ),
    on_server(
        "wrong-port",
        "listens-elsewhere",
        server(("PORT = 65432", "PORT = 5000\nADDRESS = (HOST, 5000)  # <--"), ("(HOST, PORT))", "ADDRESS)")),
        finding={"facts": {"host": "127.0.0.1", "port": 5000}},
        record={"port": 5000},
    ),
    on_client(
        "host-name",
        "connection-failed",
        "import other\n" + client(("(HOST, PORT))", "(socket.gethostname(), PORT))  # <--")),
        files={"other.py": "import socket\nsocket.socket().bind((socket.gethostname(), 1))\n"},
        finding={"facts": {"host": "student-pc", "port": 65432}},
    ),
    on_client(
        "reply-not-printed",
        "reply-not-printed",
        client(
            ("import socket", "import socket\nprint('starting')"),
            ('print("Received", repr(data))', "print('It is', data[0])  # <--"),
        ),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"starting\nIt is 55\n"},
    ),
]


@pytest.mark.parametrize("case", LOOPS, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)


def said(case: Case) -> str:
    """What is said of a case."""
    finding, sources = made(case)
    return explain(finding, sources, "", Limits()).reason


def test_it_is_said_how_a_loop_is_left() -> None:
    """By the condition that holds for a short message; or by closing the connection."""
    assert said(left("    if len(data) < 1024:\n        break\n")).endswith(
        "and then no more: it leaves its loop in line 14, where len(data) < 1024 holds."
    )
    assert said(left("    break\n")).endswith("and then no more: it leaves its loop in line 14.")


WHOLE_LOOP = "while True:\n" + RECEIVING + SENDING
ACCEPTED = "conn, addr = s.accept()\n"


@pytest.mark.parametrize(
    ("begun", "told"),
    [
        ("for _ in range(3):\n", ": its loop in line 9 is over at the end of range(3)."),
        ("while taken < 1024:\n", ": its loop in line 9 goes on only while taken < 1024 holds."),
        (
            "while data and len(data) < 1024:\n",
            ": its loop in line 9 goes on only while data and len(data) < 1024 holds.",
        ),
        ("while len(data) > 0:\n", " no more."),  # when nothing has come
        ("while running:\n", " no more."),
        (f"for _ in range(3):\n    {ACCEPTED}", " no more."),  # a number of clients
    ],
)
def test_a_loop_that_is_over_after_a_number_is_named(begun: str, told: str) -> None:
    """What it goes by, of turns or of bytes; a loop that is over when nothing comes has another reason."""
    source = server((WHOLE_LOOP, begun + RECEIVING + SENDING))
    assert said(on_server("replies-once", "server-silent", source, **ENDED_ONCE)).endswith(told)


def test_a_loop_that_is_left_otherwise_as_well_is_not_called_over_after_a_number() -> None:
    """Nobody knows which of the two it was."""
    source = server(
        (WHOLE_LOOP, "for _ in range(3):\n" + RECEIVING + SENDING + "    if data == other:\n        break\n")
    )
    assert said(on_server("replies-once", "server-silent", source, **ENDED_ONCE)).endswith(" no more.")


@pytest.mark.parametrize(
    ("body", "told"), [("conn.sendall(data)", True), ("conn.sendall(data)\n        continue", False)]
)
def test_a_loop_that_is_left_behind_a_condition_is_left_too_early_unless_it_goes_on_there(
    body: str, told: bool
) -> None:
    """A `break` at the end of the loop leaves it each time; with `continue` above it, only when nothing has come."""
    guarded = f"    if data:\n        {body}\n    break\n"
    case = on_server("replies-once", "server-silent", server((SENDING, guarded)), **ENDED_ONCE)
    assert ("it leaves its loop" in said(case)) is told


def test_a_loop_that_counts_is_told_by_its_condition() -> None:
    """Nothing is said of waiting for the server's end."""
    reason = said(waits("count < wanted", grows="    count += len(data)\n"))
    assert "12 bytes, and was waiting in s.recv(1024), line 9, for the rest: its loop (line 8)" in reason
    assert "count < wanted holds" in reason


@pytest.mark.parametrize(
    ("bound", "shown"), [("0.0.0.0", "0.0.0.0:65432"), ("", "0.0.0.0:65432"), ("::", "[::]:65432")]
)
def test_a_server_that_is_open_everywhere_is_said_to_be_at_the_address_that_it_asked_for(
    bound: str, shown: str
) -> None:
    """It was met at an address of the loopback, which stands nowhere in its program."""
    asked = record("client", exit_code=1, dials=(dial("connect", port=65433),))
    met = record(stopped="stuck", dials=(dial("bind", bound),), sockets=(listener(bound or "0.0.0.0"),))
    facts = {"server": "127.0.0.1:65432", "client": "127.0.0.1:65433"}
    found = explain(
        Finding(code="pair-never-meet", record=asked, facts=facts),
        {"echo-client.py": client(), "echo-server.py": server()},
        "",
        Limits(),
        records={"server": met, "client": asked},
    )
    assert f"the server listens at {shown}, and the client asks for 127.0.0.1:65433" in found.reason


TWO_PORTS = client(("s.sendall", "other = socket.socket()\nother.connect((HOST, 65433))  # <--\ns.sendall"))
AGAIN = client(("s.sendall", "other = socket.socket()\nother.connect((HOST, PORT))  # <--\ns.sendall"))
REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused"


@pytest.mark.parametrize(
    ("source", "ports", "advice"),
    [
        (TWO_PORTS, (65432, 65433), "Compare the address"),
        (AGAIN, (65432, 65432), "The server takes one client"),
    ],
)
def test_a_second_connection_that_is_refused_is_what_is_told(source: str, ports: tuple[int, ...], advice: str) -> None:
    """The first one is open, and the client goes no further; at the same address it is one too many."""
    dials = tuple(dial("connect", port=port) for port in ports)
    ended = ("fin-received",) * (ports[1] != 65432)
    case = on_client(
        "connection-refused", "client-silent", source, REFUSED,
        record={"exit_code": 1, "dials": dials, "events": events("accepted", *ended)},
    )  # fmt: skip
    check(case)
    finding, sources = made(case)
    assert explain(finding, sources, "", Limits()).next_step.startswith(advice)
