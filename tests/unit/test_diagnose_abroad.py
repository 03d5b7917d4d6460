"""Files that were made for something else, and what is shown in the place of a reply. One record for each entry."""

from __future__ import annotations

import sys

import pytest
from diagnosed import HEARD, REPLIED, REPLY, Case, check, client, made, mark, on_client, on_server, reply, sends, server
from records import GREETING, dial, events

from grader.diagnose import explain
from grader.model import Limits

OLDER = sys.version_info < (3, 12)

UNREAD = [
    on_server("other-format", "never-listens", "{\\rtf1\\ansi\nimport socket\n", "SyntaxError: unexpected character"),
    on_server("other-format", "never-listens", "%PDF-1.7\n%\n1 0 obj\n", "SyntaxError: invalid syntax"),
    on_server(
        "other-format",
        "never-listens",
        '{\n "cells": [{"outputs": null}]\n}\n',
        "NameError: name 'null' is not defined",
    ),
    on_server("other-format", "never-listens", '{\n "nbformat": 4,\n "metadata": {"a": {}},\n "cells": []\n}\n'),
    on_client("other-format", "never-connects", "<!DOCTYPE html>\n<pre>\n", "SyntaxError: invalid syntax"),
    on_server(
        "markdown-fence", "never-listens", "```python  # <--\nimport socket\n```\n", "SyntaxError: invalid syntax"
    ),
    on_server("line-numbers", "never-listens", "1 # a\n\n2\n3 import socket  # <--\n", "SyntaxError: invalid syntax"),
    on_client(
        "curly-quotes",
        "never-connects",
        client(('b"Hello, world")', "b\u201cHello, world\u201d)" + mark)),
        "SyntaxError: invalid character '\u201c' (U+201C)",
    ),
    on_client(
        "curly-quotes",
        "never-connects",
        'print("hello\u201d)  # <--\n',
        "SyntaxError: unterminated string literal (detected at line 1)",
    ),
    on_server(
        "look-alike", "never-listens", "s.listen\uff08)  # <--\n", "SyntaxError: invalid character '\uff08' (U+FF08)"
    ),
    on_server(
        "invisible-character",
        "never-listens",
        "\u200bs.listen()  # <--\n",
        "SyntaxError: invalid non-printable character U+200B",
    ),
    *(
        on_server("newer-syntax", "never-listens", line + mark + "\n", f"SyntaxError: {message}")
        for line, message in [
            ('print(f"by {addr} at {cfg["port"]}")', "f-string: unmatched '['"),
            ("type Address = tuple[str, int]", "invalid syntax"),
            ("def first[T](many: list[T]) -> T:", "expected '('"),
            ('print(f\'{data.replace(b"\\n", b"")}\')', "f-string expression part cannot include a backslash"),
        ]
        if OLDER
    ),
]

ABROAD = [
    on_server(
        "other-system",
        "never-listens",
        server(("s.listen()", "select.kqueue()" + mark)),
        "AttributeError: module 'select' has no attribute 'kqueue'",
    ),
    on_client(
        "other-system", "never-connects", "import msvcrt  # <--\n", "ModuleNotFoundError: No module named 'msvcrt'"
    ),
    on_server(
        "other-system",
        "never-listens",
        server(("s.listen()", "s.ioctl(1, 2)" + mark)),
        "AttributeError: 'socket' object has no attribute 'ioctl'",
    ),
    on_client(
        "needs-screen", "never-connects", "import tkinter  # <--\n", "ModuleNotFoundError: No module named 'tkinter'"
    ),
    on_server(
        "needs-terminal",
        "never-listens",
        "import os\nos.get_terminal_size()  # <--\n",
        "OSError: [Errno 25] Inappropriate ioctl for device",
    ),
]
NEWER = on_server(
    "newer-library",
    "never-listens",
    "from typing import override  # <--\n",
    "ImportError: cannot import name 'override' from 'typing' (/usr/lib/python3.11/typing.py)",
)
ABROAD += [NEWER] if OLDER else []

EMPTY = {"events": events(*REPLIED), "stdout": b"Received b''\n"}
LOOPS = """import socket
s = socket.socket()
s.connect(("127.0.0.1", 65432))
print("Received first")
data = b"."
while data:
    data = s.recv(1024)
print("Received", data)  # <--
"""
SHOWN = [
    on_client("printed-empty", "reply-not-printed", LOOPS, finding=REPLY, record=EMPTY),
    on_client(
        "receive-missing",
        "reply-not-printed",
        client(("data = s.recv(1024)", "data = b''"), ("repr(data))", "repr(data))" + mark)),
        finding=REPLY,
        record=EMPTY,
    ),
    on_client(
        "reply-dropped",
        "reply-not-printed",
        client(("data = s.recv(1024)", "s.recv(1024)  # <--\ndata = b''")),
        finding=REPLY,
        record=EMPTY,
    ),
    on_client(
        "error-caught",
        "reply-not-printed",
        client(
            ("data =", "try:\n    data ="),
            (
                'print("Received", repr(data))',
                '    print("Received" + data)\nexcept Exception:  # <--\n    print("Oh dear")',
            ),
        ),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Oh dear\n"},
    ),
    on_client(
        "error-swallowed",
        "reply-not-printed",
        client(
            ("data =", "try:\n    data ="),
            ('print("Received", repr(data))', '    print("Received" + data)\nexcept Exception:  # <--\n    pass'),
        ),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "print-not-reached",
        "reply-not-printed",
        client(
            ("s.connect((HOST, PORT))", "try: s.connect((HOST, PORT))\nexcept ConnectionRefusedError: pass"),
            ('print("', 'if len(data) > 20:\n    print("'),
            ("repr(data))", "repr(data))" + mark),
        ),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "shut-before-receiving",
        "reply-not-printed",
        client(("data =", "s.shutdown(socket.SHUT_RDWR)  # <--\ndata =")),
        finding=REPLY,
        record=EMPTY,
    ),
    on_client(
        "does-not-wait",
        "reply-not-printed",
        client(("data =", "s.setblocking(False)  # <--\ndata =")),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"nothing yet\n"},
    ),
    on_client(
        "prints-the-socket",
        "reply-not-printed",
        client(("HOST =", "print('Trying')\nHOST ="), ("repr(data))", "s)" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Trying\nReceived <socket.socket fd=3, family=2>\n"},
    ),
    on_client(
        "print-passed-over",
        "reply-not-printed",
        client(
            ('print("', 'if data != b"Hello, world":\n    print("unexpected")\nelse:\n    print("'),
            ("repr(data))", "repr(data))" + mark),
        ),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"unexpected\n"},
    ),
    on_client(
        "reply-unread",
        "reply-not-printed",
        client(("data = s.recv(1024)", "s.close()"), ('print("Received", repr(data))', 'print("Hello, world")' + mark)),
        finding={"expected": GREETING},
        record={"events": events(*HEARD, ("sent", GREETING), "reset"), "stdout": b"Hello, world\n"},
    ),
    on_client(
        "print-not-reached",
        "reply-not-printed",
        client(('print("', 'if not data:\n    print("none")\n    print("'), ("repr(data))", "repr(data))" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "claims-success",
        "claims-success",
        client(('print("', 'print("Hello, world")  # <--\nprint("')),
        record={"dials": (dial("connect"),), "stdout": b"Hello, world\n"},
    ),
]

SERVERS = [
    on_server(
        "logged-unseen",
        "address-not-printed",
        "import logging\n" + server(('print("Connected by", addr)', 'logging.info("%s", addr)' + mark)),
        record={"stopped": "finished"},
    ),
    on_server(
        "reply-accumulates",
        "server-altered",
        sends,
        **reply(b"second", GREETING + b"second", index=1, answered=12, heard=(GREETING,)),
    ),
    on_server(
        "reply-accumulates", "server-altered", sends, **reply(b"abcdefghijklmnopqrstuvw", b"abcdabcdefghijklmnopqrst")
    ),
    on_server(
        "received-dropped",
        "server-silent",
        server(("while True", "while conn.recv(1024)"), ("recv(1024):", "recv(1024):" + mark)),
        record={"events": events("connected", ("sent", GREETING), "fin-sent", "fin-received")},
    ),
    on_server(
        "reply-stopped-short",
        "server-partial",
        "d = conn.recv(10)  # <--\nconn.sendall(d)\n",
        finding={"expected": b"Hello, world", "actual": b"Hello, wor"},
    ),
]

ERRORS = [
    on_server(
        "handler-called",
        "never-listens",
        "with TCPServer(ADDRESS, Handler()) as s:  # <--\n    s.serve_forever()\n",
        "TypeError: BaseRequestHandler.__init__() missing 3 required positional arguments: 'request' and others",
    ),
    on_server(
        "called-on-class",
        "never-listens",
        "class Server:\n    def run(self):\n        pass\nServer.run()  # <--\n",
        "TypeError: Server.run() missing 1 required positional argument: 'self'",
    ),
    on_server(
        "module-name-reused",
        "never-listens",
        "import socket\nsocket = socket.socket()\nsocket.setsockopt(socket.SOL_SOCKET, 2, 1)  # <--\n",
        "AttributeError: 'socket' object has no attribute 'SOL_SOCKET'",
    ),
    on_server(
        "joins-other",
        "address-not-printed",
        server(('"Connected by", addr)', '"Connected by " + addr)' + mark)),
        "TypeError: can only concatenate str (not \"tuple\") to str",
    ),
    on_server(
        "percent-places",
        "address-not-printed",
        server(('"Connected by", addr)', '"Connected by %s" % addr)' + mark)),
        "TypeError: not all arguments converted during string formatting",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    "case", UNREAD + ABROAD + SHOWN + SERVERS + ERRORS, ids=lambda case: f"{case.role}-{case.entry}"
)
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)


def told(case: Case) -> str:
    """The entry that explains a case."""
    finding, sources = made(case)
    return explain(finding, sources, "Look again.", Limits()).id


def test_quotes_that_no_python_reads_are_no_matter_of_the_version() -> None:
    """A missing brace, or quotes that close too early, are a slip in every version."""
    for line in ('print(f"by {addr")', 'print("by {cfg["port"]}")', "type = Address"):
        case = on_server("", "never-listens", line + "\n", "SyntaxError: invalid syntax")
        assert told(case) == "syntax-error"


def test_an_except_of_python_2_is_none_of_a_newer_python() -> None:
    """There the name behind the comma was that of the error."""
    line = "except socket.error, e:\n"
    message = "SyntaxError: multiple exception types must be parenthesized"
    assert told(on_server("", "never-listens", line, message)) == "syntax-error"


def test_a_name_that_a_file_of_the_student_lacks_is_none_of_another_system() -> None:
    """Only what Python's own modules have somewhere counts."""
    case = on_server(
        "",
        "never-listens",
        "import helper\nhelper.kqueue()\n",
        "AttributeError: module 'helper' has no attribute 'kqueue'",
        files={"helper.py": "x = 1\n"},
    )
    assert told(case) not in ("other-system", "newer-library")


def test_what_empties_a_connection_at_its_end_loses_nothing() -> None:
    """Receiving without a name for the result is right behind all the rest."""
    case = on_server(
        "",
        "server-silent",
        server() + "conn.shutdown(1)\nwhile conn.recv(1024):\n    pass\n",
        record={"events": events("connected", ("sent", GREETING), "fin-sent", "fin-received")},
    )
    assert told(case) != "received-dropped"


def test_the_first_byte_is_no_zero_byte_where_the_program_names_none() -> None:
    """A random message may begin with a zero byte, which then is the first byte as well."""
    lost = reply(b"\0abc", b"abc")
    for change, said in (("data[1:]", "without its first byte"), ('data.strip(b"\\0")', "without its zero bytes")):
        finding, sources = made(
            on_server("", "server-altered", server(("sendall(data)", f"sendall({change})")), **lost)
        )
        assert said in explain(finding, sources, "", Limits()).reason


def test_a_last_byte_that_each_message_loses_is_named() -> None:
    """The next message follows where the byte should be."""
    said = (("sent", b"abcdefgh"), ("received", b"abcdefg"), ("sent", b"ijklm"), ("received", b"ijkl"))
    finding, sources = made(
        on_server(
            "reply-with-gaps",
            "server-altered",
            sends,
            finding={"expected": b"abcdefgh", "actual": b"abcdefgi", "facts": {"index": 0, "answered": 0}},
            record={"stopped": "finished", "events": events("connected", *said)},
        )
    )
    found = explain(finding, sources, "", Limits())
    assert (found.id, "b'h'" in found.reason) == ("reply-with-gaps", True)


@pytest.mark.parametrize(
    ("entry", "code", "source"),
    [
        (
            "named-not-called",
            "never-listens",
            "class Server:\n    def run(self):\n        bind()\ns = Server()\ns.run\n",
        ),
        (
            "work-not-called",
            "never-connects",
            "class Client:\n    def connect(self):\n        self.sock.connect(1)\nc = Client()\n",
        ),
    ],
)
def test_methods_are_named_where_nothing_calls_them(entry: str, code: str, source: str) -> None:
    """A method that is only named, or whose only mention is the call of the socket's own inside it."""
    case = on_server("", code, source) if code == "never-listens" else on_client("", code, source)
    assert told(case) == entry


def test_a_client_of_two_connections_that_waits_is_not_said_to_have_its_reply() -> None:
    """The reply lies on the other connection, whatever check finds it."""
    source = client(("s.recv(1024)", "socket.create_connection((HOST, PORT)).recv(1024)" + mark))
    seen = {"stopped": "stuck", "events": events(*REPLIED), "dials": (dial("connect"), dial("connect"))}
    assert told(on_client("", "does-not-end", source, waits=True, record=seen)) == "second-connection"


def test_a_client_that_talks_on_until_the_server_gives_up_is_told_of_its_loop() -> None:
    """It was stopped as the run was over, and had done nothing but going round."""
    again = [one for _ in range(5) for one in (("received", GREETING), ("sent", GREETING))]
    source = client(("s.sendall", "while True:  # <--\n  s.sendall"), ("data =", "  data ="), ("print(", "  print("))
    seen = {"stopped": "finished", "events": events("accepted", *again)}
    assert told(on_client("", "does-not-end", source, record=seen)) == "loops-on"
