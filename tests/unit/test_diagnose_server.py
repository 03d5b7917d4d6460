"""Servers that do not do with their client what they should. One record for each entry of the catalogue."""

from __future__ import annotations

import pytest
from diagnosed import (
    LOST_LARGE,
    MET,
    SERVER,
    STUCK,
    Case,
    check,
    mark,
    on_server,
    reply,
    sends,
    server,
)
from records import GREETING, events, frame, record

from grader.diagnose import explain
from grader.model import Limits
from grader.verdicts import Finding

SERVERS = [
    on_server("killed-early", "server-silent", "import os\nos.kill(os.getpid(), 9)  # <--\n", record={"signal": 9}),
    on_server(
        "gives-client-up",
        "server-silent",
        server(
            ("    data = ", "    conn.settimeout(0.01)  # <--\n    try: data = "),
            ("    if not", "    except OSError: break\n    if not"),
        ),
        record={"events": events("connected", "fin-received", ("sent", GREETING))},
    ),
    on_server(
        "gives-client-up",
        "server-partial",
        server(
            ("    data = ", "    conn.settimeout(2)  # <--\n    try: data = "),
            ("    if not", "    except OSError: break\n    if not"),
        ),
        finding={"expected": LOST_LARGE, "actual": LOST_LARGE[:2048]},
        record={"events": events(*MET, "reset"), "stdout": b"Connected by ('127.0.0.1', 50000)\ntimed out\n"},
    ),
    on_server(
        "only-peeks",
        "server-extra",
        server(("recv(1024)", "recv(1024, socket.MSG_PEEK)" + mark)),
        finding={"expected": GREETING, "actual": GREETING * 20},
        record={"stopped": "cpu", "events": events(*MET, ("received", GREETING * 20), "fin-sent")},
    ),
    on_server(
        "only-peeks",
        "does-not-end",
        server(("recv(1024)", "recv(1024, socket.MSG_PEEK)" + mark)),
        record={
            "stopped": "stuck",
            "events": events(*MET, ("received", GREETING), "fin-sent", ("received", bytes(300_000))),
        },
    ),
    on_server(
        "nothing-read",
        "server-silent",
        "conn, addr = s.accept()  # <--\nconn.sendall(b'')\n",
        record={"events": events(*MET)},
    ),
    on_server(
        "reply-missing",
        "server-silent",
        "conn, addr = s.accept()\nconn.recv(1024)  # <--\n",
        record={"events": events(*MET)},
    ),
    on_server(
        "answers-at-end",
        "server-late",
        server(("sendall(data)", "sendall(data)" + mark)),
        record={"events": events(*MET, "fin-sent", ("received", GREETING))},
    ),
    on_server(
        "replies-once",
        "server-silent",
        "conn, addr = s.accept()\nd = conn.recv(1024)  # <--\nconn.sendall(d)\n",
        finding={"facts": {"index": 1, "answered": 12}},
    ),
    on_server(
        "closes-without-answer",
        "server-silent",
        server(("recv(1024)", "recv(1024)" + mark)),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "accepts-again", "server-silent", server(("while", "s.accept()  # <--\nwhile")), waits=True, record=STUCK
    ),
    on_server(
        "reply-cut",
        "server-partial",
        server(("sendall(data)", "sendall(data[:10])" + mark)),
        finding={"expected": b"Hello, world", "actual": b"Hello, wor"},
    ),
    on_server(
        "reply-stopped-short",
        "server-partial",
        "d = conn.recv(1024)  # <--\nconn.sendall(d)\n",
        finding={"expected": bytes(9999), "actual": bytes(1024)},
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "send-not-all",
        "server-partial",
        server(("sendall(data)", "send(data)" + mark), ("while", "conn.settimeout(9)\nwhile")),
        finding={"expected": LOST_LARGE, "actual": LOST_LARGE[:5000]},
    ),
    on_server(
        "reply-stopped-short",
        "server-partial",
        server(("sendall(data)", "send(data)"), ("recv(1024)", "recv(1024)" + mark)),
        finding={"expected": LOST_LARGE, "actual": LOST_LARGE[:1024]},
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "spins-after-close",
        "does-not-end",
        server(("recv(1024)", "recv(1024)" + mark)),
        record={"stopped": "cpu", "events": events(*MET, "fin-sent"), "stack": (frame(11),)},
    ),
    on_server(
        "own-address-printed",
        "address-not-printed",
        server(('print("Connected by", addr)', "print(HOST, PORT)" + mark)),
        record={"stdout": b"127.0.0.1 65432\n", "stopped": "finished"},
    ),
    on_server(
        "address-left-out", "address-not-printed", server((", addr)", ")" + mark)), record={"stdout": b"Connected by\n"}
    ),
    on_server(
        "nothing-announced",
        "address-not-printed",
        server(('print("Connected by", addr)\n', ""), ("accept()", "accept()" + mark)),
    ),
    on_server(
        "spins-after-close",
        "does-not-end",
        server(("recv(1024)", "recv(1024)" + mark)),
        record={"stopped": "cpu", "events": events(*MET, "fin-sent")},
    ),
    on_server(
        "connection-not-closed",
        "does-not-end",
        server(("accept()", "accept()" + mark)),
        waits=True,
        record={"stopped": "stuck", "events": events(*MET, "fin-sent")},
    ),
    on_server(
        "serves-on",
        "does-not-end",
        server(("accept()", "accept()" + mark)),
        waits=True,
        record={"stopped": "stuck", "serving": True, "events": events(*MET, "fin-sent", "fin-received")},
    ),
    on_server(
        "error-swallowed",
        "never-listens",
        "import socket\ntry:\n    s.bind(1)\n    s.listen()\n    s.accept()\nexcept Exception:  # <--\n    pass\n",
    ),
]

GREETED = b"Hello,  world\r\n"
REPLIES = [
    on_server("reply-twice", "server-extra", sends, **reply(GREETING, 2 * GREETING)),
    on_server("reply-padded", "server-extra", sends, **reply(GREETING, GREETING + bytes(1012))),
    on_server(
        "reply-padded",
        "server-altered",
        sends,
        **reply(b"second", bytes(1010) + b"second", index=1, answered=12, heard=(GREETING,)),
    ),
    on_server(
        "reply-altered",
        "server-altered",
        sends,
        **reply(b"\0" + LOST_LARGE + b"\0", b"\0" + LOST_LARGE[:300] + b"\0", index=1, answered=12, heard=(GREETING,)),
    ),
    on_server(
        "reply-unchanged",
        "server-altered",
        sends,
        finding={"expected": GREETING.upper(), "actual": GREETING, "facts": {"sent": GREETING}},
        record={"stopped": "finished", "events": events("connected", ("sent", GREETING), ("received", GREETING))},
    ),
    on_server("reply-repr", "server-altered", sends, **reply(GREETING, repr(GREETING).encode())),
    on_server(
        "reply-late-message",
        "server-altered",
        sends,
        **reply(b"second message", GREETING, index=1, answered=12, heard=(GREETING,)),
    ),
    on_server("reply-changed", "server-altered", sends, **reply(GREETING, GREETING.upper())),
    on_server("reply-changed", "server-altered", sends, **reply(GREETING, GREETING[::-1])),
    on_server("reply-changed", "server-partial", sends, **reply(GREETED, GREETED.strip())),
    on_server("reply-changed", "server-altered", sends, **reply(b"a\0b\0cd", b"abcd")),
    on_server("reply-changed", "server-altered", sends, **reply(b"a\xffb", "a\ufffdb".encode())),
    on_server("reply-line-end", "server-extra", sends, **reply(GREETING, GREETING + b"\n")),
    on_server(
        "reply-line-end",
        "server-altered",
        sends,
        **reply(b"second message", b"\nsecond message\n", index=1, answered=12, heard=(GREETING,)),
    ),
    on_server("reply-prefixed", "server-altered", sends, **reply(GREETING, b"Echo: " + GREETING)),
    on_server("reply-suffixed", "server-extra", sends, **reply(GREETING, GREETING + b"!")),
    on_server(
        "reply-suffixed",
        "server-extra",
        SERVER + 'conn.sendall(b"bye")  # <--\n',
        **reply(GREETING, GREETING + b"bye"),
    ),
    on_server(
        "reply-prefixed",
        "server-altered",
        server(("while True", 'conn.sendall(b"welcome\\n")  # <--\nwhile True')),
        **reply(GREETING, b"welcome\n" + GREETING),
    ),
    on_server(
        "reply-canned",
        "server-altered",
        server(("sendall(data)", "sendall(b'message received')" + mark)),
        **reply(GREETING, b"message received"),
    ),
    on_server(
        "reply-with-gaps",
        "server-altered",
        server(("sendall(data)", "send(data.strip())" + mark), ("while", "conn.settimeout(9)\nwhile")),
        **reply(LOST_LARGE, LOST_LARGE.translate(None, b" \n")),
    ),
    on_server("reply-prefixed", "server-altered", sends, **reply(GREETING, b"Hear this: " + GREETING)),
    on_server("reply-suffixed", "server-altered", sends, **reply(GREETING, GREETING + b", Hello")),
    on_server("reply-changed", "server-altered", sends, **reply(LOST_LARGE, LOST_LARGE.upper()[:-9])),
    on_server("reply-changed", "server-altered", sends, **reply(b"a\xffb \xc3(", b"a?b ?(")),
    on_server("reply-altered", "server-altered", sends, **reply(LOST_LARGE, bytes(byte ^ 1 for byte in LOST_LARGE))),
    on_server("reply-with-gaps", "server-altered", sends, **reply(b"abcdefghijklmnopqrst", b"abcghijklmnopqrst")),
]


@pytest.mark.parametrize("case", SERVERS + REPLIES, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)


@pytest.mark.parametrize(
    ("message", "answer", "said"),
    [
        (b"a line\r\n", b"a line\r", "without its last byte, a blank or a line end"),
        (b"a line\r\n", b"a line", "stripped of blanks and line ends"),
        (b" a line\n", b"a line", "stripped of blanks and line ends"),
    ],
)
def test_a_last_byte_that_is_gone_is_not_said_to_be_stripped(message: bytes, answer: bytes, said: str) -> None:
    """A server that cuts off the last byte of whatever comes, and one that strips a line end, send the same."""
    changed = Finding(code="server-partial", record=record("server"), expected=message, actual=answer)
    assert said in explain(changed, {"echo-server.py": SERVER}, "Look again.", Limits()).reason
