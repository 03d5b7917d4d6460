"""Mistakes that show as silence: errors that nobody sees, messages that are empty. One record for each entry."""

from __future__ import annotations

import pytest
from diagnosed import LOST_LARGE, MET, REPLIED, REPLY, STUCK, Case, check, client, mark, on_client, on_server, server
from records import GREETING, events

from grader.diagnose.source import read_source

STREAMS = """import asyncio

async def talk(reader, writer):
    print("Connected by", writer.get_extra_info("peername"))
    while True:
        data = await reader.read(1024)
        if not data:
            break
        writer.write(data)
        await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", 65432)
    await server.serve_forever()

asyncio.run(main())
"""
QUIET = {"stopped": "stuck", "events": events(*MET, "fin-sent")}
SERVED = {"stopped": "stuck", "serving": True, "events": events(*MET, "fin-sent", "fin-received")}
LOOP = """    data = conn.recv(1024)
    if not data:
        break
    conn.sendall(data)
"""
OWN_ERROR = """    try:
        data = conn.recv(1024)
        if {test}:
            raise ValueError("not whole")  # <--
        conn.sendall(data)
    except ValueError:
        break
"""


def streams(old: str, new: str) -> str:
    """The asyncio server with one change."""
    assert old in STREAMS, old
    return STREAMS.replace(old, new)


HIDDEN = [
    on_server(
        "name-unknown",
        "server-silent",
        streams("writer.write(data)", "writer.write(dta)" + mark),
        record=QUIET,
    ),
    on_server(
        "text-sent", "server-silent", streams("writer.write(data)", "writer.write(str(data))" + mark), record=QUIET
    ),
    on_server(
        "stream-call-unknown",
        "server-silent",
        streams("writer.write(data)", "writer.sendall(data)" + mark),
        record=QUIET,
    ),
    on_server(
        "decode-stops",
        "server-silent",
        streams("writer.write(data)", "writer.write(data.decode().encode())" + mark),
        finding={"expected": b"\xff\xfe"},
        record={"stopped": "stuck", "events": events("connected", ("sent", b"\xff\xfe"))},
    ),
    on_client(
        "message-empty",
        "client-silent",
        client(('b"Hello, world"', 'b""'), ("sendall(b", "sendall(b"), ('"")', '"")' + mark)),
        record={"stopped": "stuck", "events": events("accepted")},
    ),
    on_server(
        "receives-nothing", "server-silent", server(("recv(1024)", "recv(0)" + mark)), record={"events": events(*MET)}
    ),
    on_server(
        "receives-nothing",
        "server-silent",
        server(("PORT = 65432", "PORT = 65432\nSIZE = 0"), ("recv(1024)", "recv(SIZE)" + mark)),
        record={"events": events(*MET, "fin-received")},
    ),
    on_client(
        "receives-nothing",
        "reply-not-printed",
        client(("recv(1024)", "recv(0)" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received b''\n"},
    ),
    *(
        on_server(
            "loop-never-entered",
            "server-silent",
            server(("while True", f"data = {first}\nwhile {test}"), (f"while {test}:", f"while {test}:  # <--")),
            record={"events": events(*MET, "fin-received")},
        )
        for first, test in [('b""', "len(data) > 0"), ('b""', "data != b''"), ('"more"', 'not data == "more"')]
    ),
    on_server(
        "closes-without-answer",
        "server-silent",
        server(("while True", "data = b'x'\nwhile len(data) > 0"), ("recv(1024)", "recv(1024)  # <--")),
        record={"events": events(*MET, "fin-received")},
    ),
    *(  # the name may have, or has, another value by then
        on_server(
            "closes-without-answer",
            "server-silent",
            server(("while True", f"{before}\nwhile {test}"), ("recv(1024)", "recv(1024)  # <--")),
            record={"events": events(*MET, "fin-received")},
        )
        for before, test in [
            ("left = None\nleft, other = s, addr", "left is not None"),
            ("left = 0\nfor left in range(9):\n    pass", "left > 0"),
            ("if addr:\n    left = 10\nelse:\n    left = 0", "left > 0"),
            ("left = 9\nself = s\nself.left = 0", "left"),
            ("left = 0\nwith s as left:\n    pass", "left"),
            ("left = 0\ndef more():\n    global left\n    left = 9\nmore()", "left"),
        ]
    ),
    *(  # it has one in any case
        on_server(
            "loop-never-entered",
            "server-silent",
            server((f"while True:\n{LOOP}", code)),
            record={"events": events(*MET, "fin-received")},
        )
        for code in [
            f"with conn:\n    data = b''\n    while data:{mark}\n        conn.sendall(conn.recv(9))\n",
            f"data = b''\ntry:\n    while data:{mark}\n        data = conn.recv(9)\nfinally:\n    conn.sendall(data)\n",
        ]
    ),
    *(  # what asks only whether anything has come
        on_server(
            "closes-without-answer",
            "server-silent",
            server(("if not data:", f"if {test}:"), ("recv(1024)", "recv(1024)  # <--")),
            record={"events": events(*MET, "fin-received")},
        )
        for test in [
            "len(data) < 1",
            "not len(data)",
            'not data or data == b""',
            "data is None or len(data) == 0",
            "len(data) <= 0",
        ]
    ),
    on_server(
        "leaves-before-answering",
        "server-silent",
        server(("if not data:", "if len(data) < 2:  # <--")),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "leaves-before-answering",
        "server-silent",
        server(("if not data:", 'if not data or b"w" in data:  # <--')),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "own-error-unanswered",
        "server-silent",
        server((LOOP, OWN_ERROR.format(test='not data.endswith(b"\\n")'))),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "error-not-shown",
        "server-silent",
        server((LOOP, OWN_ERROR.format(test="not data").replace("# <--", "").replace("Error:", "Error:  # <--"))),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "loop-never-entered",
        "server-silent",
        server(("while True:", 'data = b""\nwhile data:' + mark)),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "guard-inverted",
        "server-silent",
        server(("if not data:", "if len(data) > 0:" + mark)),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "waits-for-enough",
        "server-silent",
        server(
            (
                LOOP,
                "    data = b''\n    while len(data) != 64:  # <--\n        data += conn.recv(64)\n"
                "    conn.sendall(data)\n",
            )
        ),
        record={"stopped": "cpu", "events": events(*MET, "fin-sent")},
    ),
    on_server(
        "answer-withheld",
        "server-silent",
        server(("    conn.sendall(data)", "    if data.isdigit():  # <--\n        conn.sendall(data)")),
        record={"events": events(*MET, "fin-sent", "fin-received")},
    ),
    on_server(
        "answer-withheld",
        "server-silent",
        server(("    conn.sendall(data)", "    for one in others:\n        one.sendall(data)  # <--")),
        record={"serving": True, "stopped": "finished", "events": events(*MET, "fin-sent")},
    ),
    on_server(
        "send-after-loop",
        "server-silent",
        server(("    conn.sendall(data)", "conn.sendall(data)" + mark)),
        record={"events": events(*MET, "fin-sent", "fin-received")},
    ),
    on_server(
        "sends-on-empty",
        "server-silent",
        server(("        break\n    conn.sendall(data)", "        conn.sendall(data)  # <--\n        break")),
        record={"events": events(*MET, "fin-sent")},
    ),
    on_server(
        "sends-on-empty",
        "server-silent",
        server(
            (
                LOOP,
                LOOP.replace("if not data:", "if data: print(data)\n    else:").replace(
                    "        break\n    conn.sendall(data)", "        conn.sendall(data)  # <--\n        break"
                ),
            )
        ),
        record={"stopped": "stuck", "events": events(*MET)},
    ),
    on_server(
        "kept-inside",
        "server-silent",
        'data = b""\ndef take(conn):\n    data = conn.recv(1024)  # <--\n    return len(data)\n'
        "conn, addr = s.accept()\nwhile take(conn):\n    conn.sendall(data)\n",
        record={"events": events(*MET, "fin-sent")},
    ),
    on_client(
        "kept-inside",
        "reply-not-printed",
        'data = b""\ndef talk():\n    s.sendall(b"Hello, world")\n    data = s.recv(1024)  # <--\ntalk()\n'
        'print("Received", data)\n',
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received b''\n"},
    ),
    on_server(
        "sends-earlier-value",
        "server-silent",
        server(
            ("while", 'last = b""\nwhile'), ("    conn.sendall(data)", "    conn.sendall(last)  # <--\n    last = data")
        ),
        record={"events": events(*MET, "fin-sent", "fin-received")},
    ),
    on_server(
        "sends-earlier-value",
        "server-partial",
        server(
            ("while", 'last = b""\nwhile'), ("    conn.sendall(data)", "    conn.sendall(last)  # <--\n    last = data")
        ),
        finding={"expected": LOST_LARGE, "actual": LOST_LARGE[:-1024]},
        record={
            "stopped": "stuck",
            "events": events("connected", ("sent", LOST_LARGE), ("received", LOST_LARGE[:-1024])),
        },
    ),
    on_server(
        "answers-only-some",
        "server-silent",
        server(("    conn.sendall(data)", '    if data == b"Hello, world":  # <--\n        conn.sendall(data)')),
        record={"events": events("connected", ("sent", b"something else"), "fin-sent", "fin-received")},
    ),
    on_server(
        "not-flushed",
        "server-late",
        server((LOOP, "    f = conn.makefile('rwb')\n    f.write(f.read1(9))  # <--\n")),
        record=QUIET,
    ),
    on_server(
        "waits-for-line-end",
        "server-late",
        server((LOOP, "    f = conn.makefile('rb')\n    conn.sendall(f.readline())  # <--\n")),
        finding={"expected": GREETING},
        record=QUIET,
    ),
    on_server(
        "waits-for-line-end",
        "server-silent",
        server((LOOP, "    for line in conn.makefile('rb'):  # <--\n        conn.sendall(line)\n")),
        finding={"expected": GREETING},
        record=QUIET,
    ),
    on_server(
        "waits-for-size",
        "server-silent",
        STREAMS.replace("reader.read(1024)", "reader.readexactly(64)  # <--"),
        finding={"expected": GREETING},
        record=QUIET,
    ),
    on_server(
        "waits-for-size",
        "server-late",
        server((LOOP, "    f = conn.makefile('rb')\n    conn.sendall(f.read(4096))  # <--\n")),
        finding={"expected": GREETING},
        record=QUIET,
    ),
    on_server(
        "reads-until-end",
        "server-late",
        streams("reader.read(1024)", "reader.read()" + mark),
        finding={"expected": GREETING},
        record=QUIET,
    ),
    on_server(
        "not-watched",
        "server-silent",
        "import select\nwhile True:\n    for one in select.select(watched, [], [])[0]:\n        if one is s:\n"
        "            conn, addr = one.accept()  # <--\n        else:\n            one.sendall(one.recv(9))\n",
        record=STUCK,
    ),
    on_server(
        "watches-listener-only",
        "server-silent",
        "import select\nclients = []\nwhile True:\n    for one in select.select([s], [], [])[0]:  # <--\n"
        "        if one is s:\n            conn, addr = s.accept()\n            clients.append(conn)\n"
        "        else:\n            one.sendall(one.recv(9))\n",
        waits=True,
        record=STUCK,
    ),
    on_server(
        "accepted-and-lost",
        "server-silent",
        server(("conn, addr", "s.accept()  # <--\nconn, addr")),
        record={"stopped": "stuck", "serving": True, "events": events(*MET, "fin-received")},
    ),
    on_server(
        "accepted-and-lost",
        "address-not-printed",
        server(("conn, addr", "addr = s.accept()[1]  # <--\nconn, _")),
        record={"stopped": "stuck", "serving": True, "events": events("connected", "fin-received")},
    ),
    on_server(
        "accept-in-loop",
        "does-not-end",
        "while True:\n    conn, addr = s.accept()  # <--\n    conn.sendall(conn.recv(1024))\n",
        waits=True,
        record={"stopped": "stuck", "events": events(*MET, ("received", GREETING), "fin-sent")},
    ),
    on_server(
        "connection-unused",
        "server-silent",
        "conn, addr = s.accept()  # <--\nother.sendall(other.recv(1024))\n",
        record={"events": events(*MET)},
    ),
    on_server(
        "error-not-shown",
        "server-silent",
        server(("while True:", "try:\n  while True:"), (LOOP, LOOP + "except Exception:  # <--\n    pass\n")),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "silent-and-spins",
        "server-silent",
        server(
            ("if not data:\n        break", "if len(data) < 50: continue"), ("sendall(data)", "sendall(data)" + mark)
        ),
        record={"stopped": "cpu", "events": events(*MET, "fin-sent")},
    ),
    on_server(
        "task-silent",
        "server-silent",
        streams("65432)\n", "65432)  # <--\n"),
        record=QUIET,
    ),
    on_server(
        "waits-before-answering",
        "server-silent",
        server((LOOP, "    conn.sendall(whole(conn))\n\ndef whole(c):\n    return c.recv(9) + c.recv(9)  # <--\n")),
        waits=True,
        record=STUCK,
    ),
]


@pytest.mark.parametrize("case", HIDDEN, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)


def test_an_error_of_its_own_is_taken_by_the_try_around_it() -> None:
    """Of two that would take it, the inner one does; what an inner one does not take goes on to the outer one."""
    text = """try:
    try:
        data = conn.recv(1024)
        if len(data) < 5:
            raise ValueError
        if len(data) > 9:
            raise KeyError
    except ValueError:
        pass
except Exception:
    pass
"""
    found = read_source("server.py", text).flow.own_raises
    assert [(error, line, handler) for _, error, line, handler in found] == [("ValueError", 5, 8), ("KeyError", 7, 10)]
