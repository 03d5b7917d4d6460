"""Calls that Python or the system refuses. One record for each entry of the catalogue."""

from __future__ import annotations

import pytest
from diagnosed import MET, REPLIED, REPLY, Case, check, client, mark, on_client, on_server, server
from records import dial, events, frame

from grader.diagnose.source import read_source

CALLS = [
    on_server(
        "listen-without-parentheses",
        "never-listens",
        server(("s.listen()", "s.listen" + mark), ("s.accept()", "s.accept()  # !!")),
        "OSError: [Errno 22] Invalid argument",
    ),
    on_server(
        "listen-missing",
        "never-listens",
        server(("s.listen()\n", ""), ("s.accept()", "s.accept()" + mark)),
        "OSError: [Errno 22] Invalid argument",
    ),
    on_server(
        "listen-missing",
        "never-listens",
        server(
            ("s.listen()\n", ""),
            ("conn, addr = s.accept()", "try: conn, addr = s.accept()  # <--\nexcept OSError as e: print('Error:', e)"),
        ),
        record={"stdout": b"Error: [Errno 22] Invalid argument\n", "dials": (dial("bind"),)},
    ),
    on_server(
        "accept-pair-swapped",
        "server-silent",
        server(
            ("conn, addr = s.accept()", "addr, conn = s.accept()" + mark), ("conn.recv(1024)", "conn.recv(1024)  # !!")
        ),
        "AttributeError: 'tuple' object has no attribute 'recv'",
        record={"events": events(*MET), "exit_code": 1},
    ),
    on_server(
        "accept-not-unpacked",
        "server-silent",
        server(("conn, addr = s.accept()", "conn = s.accept()" + mark), ("conn.recv(1024)", "conn.recv(1024)  # !!")),
        "AttributeError: 'tuple' object has no attribute 'recv'",
    ),
    on_server(
        "accept-unpacked-wrongly",
        "address-not-printed",
        server(("conn, addr = s.accept()", "conn, a, b = s.accept()" + mark)),
        "ValueError: not enough values to unpack (expected 3, got 2)",
    ),
    on_server(
        "recv-on-listener",
        "server-silent",
        server(("conn.recv(1024)", "s.recv(1024)" + mark)),
        "OSError: [Errno 107] Transport endpoint is not connected",
    ),
    on_client(
        "not-connected",
        "never-connects",
        client(("s.connect((HOST, PORT))\n", ""), ('world")', 'world")' + mark)),
        "BrokenPipeError: [Errno 32] Broken pipe",
    ),
    on_server(
        "used-after-close",
        "never-listens",
        server(("s.accept()", "s.accept()" + mark)),
        "OSError: [Errno 9] Bad file descriptor",
    ),
    on_client(
        "connected-twice",
        "client-silent",
        client(("s.sendall", "s.connect((HOST, PORT))  # <--\ns.sendall")),
        "OSError: [Errno 106] Transport endpoint is already connected",
    ),
    on_client(
        "time-out-too-short",
        "reply-not-printed",
        client(("s.connect(", "s.settimeout(0.001)  # <--\ns.connect("), ("s.recv(1024)", "s.recv(1024)  # !!")),
        "TimeoutError: timed out",
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "time-out-too-short",
        "exit-status",
        "import asyncio\n\nasync def main():\n    reader, writer = await asyncio.open_connection('127.0.0.1', 65432)\n"
        "    writer.write(b'Hello, world')\n    print(await asyncio.wait_for(reader.read(99), 0.01))  # <--\n\n"
        "asyncio.run(main())\n",
        "TimeoutError",
        record={"events": events(*REPLIED)},
    ),
    on_server("timed-out", "server-silent", server(("recv(1024)", "recv(1024)" + mark)), "TimeoutError: timed out"),
    on_server(
        "sends-after-shutdown",
        "server-partial",
        server(("sendall(data)", "sendall(data)  # <--\n    conn.shutdown(1)")),
        "BrokenPipeError: [Errno 32] Broken pipe",
    ),
    on_server(
        "peer-gone",
        "exit-status",
        server(("sendall(data)", "sendall(data)" + mark)),
        "BrokenPipeError: [Errno 32] Broken pipe",
    ),
    on_client(
        "str-not-bytes",
        "client-silent",
        client(('b"Hello, world")', '"Hello, world")' + mark)),
        "TypeError: a bytes-like object is required, not 'str'",
    ),
    on_client(
        "not-bytes",
        "client-silent",
        client(('b"Hello, world")', "12)" + mark)),
        "TypeError: a bytes-like object is required, not 'int'",
    ),
    on_client(
        "format-unknown",
        "reply-not-printed",
        client(('print("Received", repr(data))', 'print(f"Received {data:!r}")  # <--')),
        "TypeError: unsupported format string passed to bytes.__format__",
    ),
    on_client(
        "mixes-str-and-bytes",
        "reply-not-printed",
        client(("repr(data))", "'x' + data)" + mark)),
        'TypeError: can only concatenate str (not "bytes") to str',
        finding=REPLY,
    ),
    on_client(
        "encodes-bytes",
        "client-silent",
        client(('world")', 'world".encode())' + mark)),
        "AttributeError: 'bytes' object has no attribute 'encode'. Did you mean: 'decode'?",
    ),
    on_server(
        "decodes-bytes",
        "server-silent",
        server(("sendall(data)", "sendall(data.decode())" + mark)),
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte",
    ),
    on_server(
        "encode-error",
        "server-silent",
        server(("sendall(data)", "sendall(text.encode('ascii'))" + mark)),
        "UnicodeEncodeError: 'ascii' codec can't encode character",
    ),
    on_server(
        "class-imported",
        "never-listens",
        "from socket import socket\ns = socket.socket()  # <--\n",
        "AttributeError: type object 'socket' has no attribute 'socket'",
    ),
    on_server(
        "attribute-unknown",
        "never-listens",
        server(("s.listen()", "s.lisen()" + mark)),
        "AttributeError: 'socket' object has no attribute 'lisen'. Did you mean: 'listen'?",
    ),
    on_server(
        "module-called",
        "never-listens",
        "import socket\ns = socket(2, 1)  # <--\n",
        "TypeError: 'module' object is not callable",
    ),
    on_server(
        "builtin-name-reused",
        "server-silent",
        server(
            ("    data = ", "    str = data = "), ("    conn.sendall", "    print(str(data))  # <--\n    conn.sendall")
        ),
        "TypeError: 'bytes' object is not callable",
        record={"events": events(*MET, "reset")},
    ),
    on_server(
        "exception",
        "server-silent",
        server(("    data = ", "    str = data = "), ("    conn.sendall", "    data()  # <--\n    conn.sendall")),
        "TypeError: 'bytes' object is not callable",
        record={"events": events(*MET, "reset")},
    ),
    on_client(
        "bytes-without-encoding",
        "client-silent",
        client(('s.sendall(b"Hello, world")', 's.sendall(bytes("Hello, world"))' + mark)),
        "TypeError: string argument without an encoding",
        record={"events": events("accepted", "reset")},
    ),
    on_server(
        "global-missing",
        "server-silent",
        "count = 0\n"
        + server(
            ("while True:", "def echo():\n  while True:"),
            ("    conn.sendall", "    count += 1  # <--\n    conn.sendall"),
        ),
        "UnboundLocalError: cannot access local variable 'count' where it is not associated with a value",
        record={"events": events(*MET, "reset")},
    ),
    on_server(
        "name-unassigned",
        "server-silent",
        server(("    conn.sendall", "    count += 1  # <--\n    conn.sendall")),
        "UnboundLocalError: local variable 'count' referenced before assignment",
        record={"events": events(*MET, "reset")},
    ),
    on_server(
        "not-called",
        "address-not-printed",
        server(("s.accept()", "s.accept" + mark)),
        "AttributeError: 'builtin_function_or_method' object has no attribute 'recv'",
    ),
    on_server(
        "call-arguments",
        "server-silent",
        server(("recv(1024)", "recv()" + mark)),
        "TypeError: recv() takes at least 1 argument (0 given)",
    ),
    on_server(
        "name-unassigned",
        "server-silent",
        "def f():\n    print(x)  # <--\n",
        "UnboundLocalError: cannot access local variable 'x'",
    ),
    on_server(
        "name-error",
        "server-silent",
        server(("sendall(data)", "sendall(dat)" + mark)),
        "NameError: name 'dat' is not defined",
    ),
    on_client(
        "refusal-not-told",
        "text-not-printed",
        client(("((HOST, PORT))", "((HOST, PORT))" + mark)),
        "ConnectionRefusedError: [Errno 111] Connection refused",
        finding={"expected": b"No server"},
    ),
    on_client(
        "connection-refused",
        "pair-fails",
        client(("((HOST, PORT))", "((HOST, PORT))" + mark)),
        "ConnectionRefusedError: [Errno 111] Connection refused",
    ),
    on_server(
        "exception",
        "server-silent",
        server(("sendall(data)", "sendall(data / 0)" + mark)),
        "ZeroDivisionError: division by zero",
    ),
    on_server(
        "stops-itself",
        "never-listens",
        "os.kill(os.getpid(), signal.SIGSTOP)  # <--\n",
        record={"stopped": "stuck", "stack": (frame(1),)},
    ),
    on_server(
        "recursion", "never-listens", "def f(): f()  # <--\n", "RecursionError: maximum recursion depth exceeded"
    ),
    on_server("too-many-processes", "never-listens", "t.start()  # <--\n", "RuntimeError: can't start new thread"),
    on_server("memory-limit", "never-listens", "bytearray(10**12)  # <--\n", "MemoryError"),
    on_server(
        "memory-of-all",
        "never-listens",
        "while True:  # <--\n    os.fork()\n",
        record={"stopped": "memory", "stack": (frame(2),)},
    ),
    on_server(
        "open-limit",
        "never-listens",
        "held.append(open('x'))  # <--\n",
        "OSError: [Errno 24] Too many open files: 'x'",
    ),
    on_server("files-limit", "never-listens", "f.write(b'x')  # <--\n", "OSError: [Errno 28] No space left on device"),
]


@pytest.mark.parametrize("case", CALLS, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)


@pytest.mark.parametrize("line", ["() = s.accept()", "[] = s.accept()", "(conn, *_), = [s.accept()]"])
def test_a_connection_that_is_unpacked_oddly_is_read(line: str) -> None:
    """No way of taking accept's pair apart keeps a program from being explained."""
    assert read_source("echo-server.py", f"import socket\ns = socket.socket()\n{line}\n").parsed
