"""Clients that do not say or print what they should, and limits. One record for each entry of the catalogue."""

from __future__ import annotations

import pytest
from diagnosed import CLIENT, HEARD, REPLIED, REPLY, Case, check, client, mark, message, on_client, on_server
from records import GREETING, dial, events, frame

from grader.model import KEPT_BYTES

CLIENTS = [
    on_client(
        "reads-before-sending",
        "client-silent",
        client(("s.sendall", "s.recv(1024)  # <--\ns.sendall")),
        waits=True,
        record={"stopped": "stuck", "events": events("accepted")},
    ),
    on_client(
        "send-missing",
        "client-silent",
        client(('s.sendall(b"Hello, world")\n', ""), ("((HOST, PORT))", "((HOST, PORT))" + mark)),
        record={"events": events("accepted")},
    ),
    on_client(
        "message-line-end", "client-extra", client(('world")', 'world\\n")' + mark)), **message(b"Hello, world\n")
    ),
    on_client(
        "message-prefixed",
        "client-altered",
        client(('world")', 'world")' + mark)),
        **message(b"\0\0\0\x0c" + GREETING),
    ),
    on_client(
        "message-empty",
        "client-silent",
        client(('b"Hello, world"', "MESSAGE"), ("MESSAGE)", "MESSAGE)" + mark), ("HOST =", 'MESSAGE = b""\nHOST =')),
        record={"stopped": "stuck", "events": events("accepted")},
    ),
    on_client(
        "second-connection",
        "reply-not-printed",
        client(("s.recv(1024)", "socket.create_connection((HOST, PORT)).recv(1024)" + mark)),
        waits=True,
        finding=REPLY,
        record={"stopped": "stuck", "events": events(*REPLIED), "dials": (dial("connect"), dial("connect"))},
    ),
    on_client(
        "printed-changed",
        "reply-not-printed",
        client(("repr(data))", "data.upper())" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received b'78ONERLHZQVL'\n"},
    ),
    on_client(
        "printed-padded",
        "reply-not-printed",
        client(("data = s.recv(1024)", "data = bytearray(1024)\ns.recv_into(data)"), ("repr(data))", "data)" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received bytearray(b'78OnerLHZQvl" + rb"\x00" * 1012 + b"')\n"},
    ),
    on_client(
        "answered-otherwise",
        "reply-not-printed",
        client(("repr(data))", "len(data))" + mark)),
        finding={"expected": GREETING.upper()},
        record={"events": events(*REPLIED), "stdout": b"Received 12\n"},
    ),
    on_client(
        "printed-part",
        "reply-not-printed",
        client(("repr(data))", "data[:6])" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received b'78Oner'\n"},
    ),
    on_client(
        "printed-part",
        "reply-not-printed",
        client(("repr(data))", "data[6:])" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received b'LHZQvl'\n"},
    ),
    on_client(
        "reply-not-printed",
        "reply-not-printed",
        client(('print("Received", repr(data))', 'print("The world answers")' + mark)),
        finding={"expected": GREETING},
        record={"events": events(*HEARD, ("sent", GREETING)), "stdout": b"The world answers\n"},
    ),
    on_client(
        "printed-length",
        "reply-not-printed",
        client(("repr(data))", "len(data))" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received 12\n"},
    ),
    on_client(
        "print-not-reached",
        "reply-not-printed",
        client(("print(", "if len(data) > 20:\n    print("), ("repr(data))", "data)" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client("message-twice", "client-extra", client(('world")', 'world")' + mark)), **message(2 * GREETING)),
    on_client(
        "message-twice",
        "client-extra",
        client(("print(", 's.sendall(b"Hello, world")  # <--\nprint(')),
        **message(2 * GREETING),
    ),
    on_client(
        "message-line-end",
        "client-extra",
        client(("print(", 's.sendall(b"\\n")  # <--\nprint(')),
        **message(GREETING + b"\n"),
    ),
    on_client(
        "client-extra",
        "client-extra",
        client(("print(", 'threading.Timer(1, s.sendall, (b"!",)).start()  # <--\nprint(')),
        **message(GREETING + b"!"),
    ),
    on_client(
        "message-prefixed",
        "client-altered",
        client(("s.sendall(", 's.send("hi ".encode())  # <--\ns.sendall(')),
        **message(b"hi " + GREETING),
    ),
    on_client(
        "message-repr",
        "client-altered",
        client(('b"Hello, world")', 'str(b"Hello, world").encode())' + mark)),
        **message(repr(GREETING).encode()),
    ),
    on_client(
        "message-encoding",
        "client-altered",
        client(('b"Hello, world")', '"Hello, world".encode("utf-16"))' + mark)),
        **message("Hello, world".encode("utf-16")),
    ),
    on_client("message-zeros", "client-extra", client(('world")', 'world\\0")' + mark)), **message(GREETING + b"\0")),
    on_client(
        "message-spelling",
        "client-altered",
        client(("Hello, world", "Hello World"), ('World")', 'World")' + mark)),
        **message(b"Hello World"),
    ),
    on_client(
        "other-message-came-back",
        "reply-not-printed",
        client(("Hello, world", "Hi"), ('Hi")', 'Hi")' + mark)),
        finding={"expected": GREETING},
        record={"events": events("accepted", ("received", b"Hi"), ("sent", b"Hi")), "stdout": b"Received b'Hi'\n"},
    ),
    on_client(
        "receive-missing",
        "reply-not-printed",
        client(("data = s.recv(1024)\n", ""), ("repr(data))", "'x')" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "waits-for-more",
        "does-not-end",
        client(("s.recv(1024)", "s.recv(1024)" + mark)),
        waits=True,
        record={"stopped": "stuck", "events": events(*REPLIED)},
    ),
    on_client(
        "waits-for-more",
        "reply-not-printed",
        client(
            ("s.connect(", "s.settimeout(5)\ns.connect("),
            ("= s.recv(1024)", "= b''\nwhile True: data += s.recv(9)" + mark),
        ),
        "TimeoutError: timed out",
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "waits-for-reply-line",
        "reply-not-printed",
        client(("s.recv(1024)", "s.makefile('rb').readline()" + mark)),
        waits=True,
        finding=REPLY,
        record={"stopped": "stuck", "events": events(*REPLIED)},
    ),
    on_client(
        "waits-for-reply-size",
        "reply-not-printed",
        client(("s.recv(1024)", "s.recv(1024, socket.MSG_WAITALL)" + mark)),
        waits=True,
        finding=REPLY,
        record={"stopped": "stuck", "events": events(*REPLIED)},
    ),
    on_client(
        "waits-for-reply-size",
        "does-not-end",
        "import asyncio\n\nasync def main():\n    reader, writer = await asyncio.open_connection('127.0.0.1', 65432)\n"
        "    writer.write(b'Hello, world')\n    print(await reader.readexactly(64))  # <--\n\n"
        "asyncio.run(main())  # !!\n",
        waits=True,
        record={"stopped": "stuck", "events": events(*REPLIED)},
    ),
    on_client(
        "waits-for-reply",
        "reply-not-printed",
        client(("s.recv(1024)", "s.recv(1024)" + mark)),
        waits=True,
        finding=REPLY,
        record={"stopped": "stuck", "events": events(*HEARD)},
    ),
    on_client(
        "printed-method",
        "reply-not-printed",
        client(("repr(data))", "data.decode)" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"<built-in method decode of bytes object at 0x7f>"},
    ),
    on_client(
        "prints-what-it-sent",
        "reply-not-printed",
        client(("repr(data))", "'Hello, world')" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received Hello, world\n"},
    ),
    on_client(
        "buffer-too-small",
        "reply-not-printed",
        client(("recv(1024)", "recv(5)" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received b'78One'\n"},
    ),
    on_client(
        "output-lost",
        "reply-not-printed",
        client(("repr(data))", "data)\nos._exit(0)" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "nothing-printed",
        "reply-not-printed",
        client(('print("Received", repr(data))\n', ""), ("recv(1024)", "recv(1024)" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "loops-on",
        "does-not-end",
        client(("recv(1024)", "recv(1024)" + mark)),
        record={"stopped": "cpu", "events": events(*REPLIED)},
    ),
    on_client(
        "keeps-trying",
        "refusal-hidden",
        client(("((HOST, PORT))", "((HOST, PORT))" + mark)),
        record={"stopped": "wall"},
    ),
    on_client(
        "connect-ex-ignored", "refusal-hidden", client(("s.connect((HOST, PORT))", "s.connect_ex((HOST, PORT))" + mark))
    ),
    on_client(
        "refusal-as-usual",
        "refusal-hidden",
        "try:\n    s.connect((1, 2))\nexcept OSError:\n    print('Went', 'wrong')  # <--\n",
        record={"stdout": b"Went wrong\n"},
    ),
    on_client(
        "refusal-as-usual",
        "refusal-hidden",
        "try:\n    s.connect((1, 2))\nexcept OSError:  # <--\n    pass\nprint('Done')\n",
        record={"stdout": b"Done\n"},
    ),
    on_client("refusal-swallowed", "refusal-hidden", "try:\n    s.connect((1, 2))\nexcept OSError:  # <--\n    pass\n"),
    on_client(
        "pair-addresses-differ",
        "pair-never-meet",
        client(("((HOST, PORT))", "((HOST, PORT))" + mark)),
        "ConnectionRefusedError: [Errno 111] Connection refused",
        finding={"facts": {"server": "127.0.0.1:65432", "client": "127.0.0.1:5000"}},
    ),
]

AT_END = CLIENT + "import time\n"
LIMITS = [
    on_client(
        "spins-at-end",
        "does-not-end",
        AT_END + "while True:  # <--\n    time.time()\n",
        record={"stopped": "cpu", "events": events(*REPLIED), "stack": (frame(11, "echo-client.py"),)},
    ),
    on_client(
        "loops-on",
        "does-not-end",
        AT_END + "while data:  # <--\n    print(data)\n",
        record={"stopped": "cpu", "events": events(*REPLIED), "stack": (frame(11, "echo-client.py"),)},
    ),
    on_client(
        "sleeps-at-end",
        "does-not-end",
        AT_END + "while True:  # <--\n    print('still here')\n    time.sleep(1)  # !!\n",
        waits=True,
        record={"stopped": "wall", "events": events(*REPLIED)},
    ),
    on_client(
        "sleeps",
        "does-not-end",
        AT_END + "while True:\n    s.recv(1024)\n    time.sleep(1)  # <--\n",
        waits=True,
        record={"stopped": "wall", "events": events(*REPLIED)},
    ),
    on_server(
        "sends-without-end",
        "does-not-end",
        "while True:\n    conn.sendall(bytes(300))  # <--\n",
        waits=True,
        record={
            "stopped": "stuck",
            "events": events("connected", ("sent", b"x" * 12), ("received", bytes(KEPT_BYTES + 24))),
        },
    ),
    on_server(
        "output-limit",
        "never-listens",
        "while True:  # <--\n    print(1)\n",
        record={"stopped": "output", "stack": (frame(2),)},
    ),
    on_server(
        "sleeps", "never-listens", "import time\ntime.sleep(60)  # <--\n", waits=True, record={"stopped": "wall"}
    ),
    on_server(
        "sleeps",
        "server-partial",
        "while data := conn.recv(9): (time.sleep(1), conn.sendall(data))  # <--\n",
        waits=True,
        record={"stopped": "wall"},
    ),
    on_client(
        "sleeps",
        "does-not-end",
        CLIENT + "import time\ntime.sleep(1000)  # <--\n",
        waits=True,
        record={"stopped": "finished", "events": events(*REPLIED)},
    ),
    on_server(
        "wall-limit",
        "never-listens",
        "while True:  # <--\n    poll()\n",
        record={"stopped": "wall", "stack": (frame(2),)},
    ),
    on_server(
        "cpu-limit",
        "never-listens",
        "def f():\n    x = 1\nwhile True:  # <--\n    f()\n",
        record={"stopped": "cpu", "stack": (frame(2, function="f"), frame(4))},
    ),
]


@pytest.mark.parametrize("case", CLIENTS + LIMITS, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)
