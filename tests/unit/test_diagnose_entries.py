"""One case for each entry of the catalogue: a record, a source, and the entry and the line that must come out.

In the sources `# <--` marks the line that the diagnosis has to point at, `# !!` the line that raises or waits where
that is another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from grader.diagnose import advice, explain
from grader.diagnose.catalogue import ADVICE, CATALOGUE
from grader.model import Frame, Limits, Socket
from grader.verdicts import Finding
from tests.unit.records import GREETING, dial, events, frame, listener, record, traceback

SERVER = """import socket
HOST = "127.0.0.1"
PORT = 65432
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((HOST, PORT))
s.listen()
conn, addr = s.accept()
print("Connected by", addr)
while True:
    data = conn.recv(1024)
    if not data:
        break
    conn.sendall(data)
"""
CLIENT = """import socket
HOST = "127.0.0.1"
PORT = 65432
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((HOST, PORT))
s.sendall(b"Hello, world")
data = s.recv(1024)
print("Received", repr(data))
"""
LOST_LARGE = bytes(range(256)) * 40
MET = ("connected", ("sent", GREETING))
HEARD = ("accepted", ("received", GREETING))
REPLIED = (*HEARD, ("sent", b"78OnerLHZQvl"))
REPLY = {"expected": b"78OnerLHZQvl"}
KINDS = {"b": b"Hello, world", "B": b"HELLO, WORLD"}


def server(*changes: tuple[str, str]) -> str:
    return changed(SERVER, changes)


def client(*changes: tuple[str, str]) -> str:
    return changed(CLIENT, changes)


def changed(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


@dataclass
class Case:
    """`raises`: the exception, in the marked line. `waits`: stuck in the marked line. `files`: besides the program."""

    entry: str
    code: str
    source: str
    raises: str = ""
    waits: bool = False
    role: str = ""
    files: dict[str, str] = field(default_factory=dict)
    finding: dict[str, object] = field(default_factory=dict)
    record: dict[str, object] = field(default_factory=dict)


def S(entry: str, code: str, source: str, raises: str = "", **rest: object) -> Case:  # noqa: N802
    return Case(entry, code, source, raises, role="server", **rest)  # type: ignore[arg-type]


def C(entry: str, code: str, source: str, raises: str = "", **rest: object) -> Case:  # noqa: N802
    return Case(entry, code, source, raises, role="client", **rest)  # type: ignore[arg-type]


def reply(expected: bytes, actual: bytes, *, index: int = 0, answered: int = 0, heard: tuple[bytes, ...] = ()) -> dict:
    """Finding and record of a server that sent `actual` where `expected` was due."""
    sent = [("sent", data) for data in (*heard, expected)]
    said = b"".join(heard)[:answered] + actual
    return {
        "finding": {
            "expected": expected,
            "actual": actual[: len(expected)] if index else actual,
            "facts": {"index": index, "answered": answered, "sent": expected},
        },
        "record": {"stopped": "finished", "events": events("connected", *sent, ("received", said))},
    }


def message(actual: bytes) -> dict:
    """Finding and record of a client that sent `actual`."""
    return {
        "finding": {"expected": GREETING, "actual": actual},
        "record": {"events": events("accepted", ("received", actual))},
    }


STUCK = {"stopped": "stuck", "events": events(*MET)}
UDP_ROW = Socket(protocol="udp", host="127.0.0.1", port=65432, state="close")
mark = "  # <--"

LOADING = [
    S("shadowed-module", "never-listens", server(("s = socket.socket", "s = socket.socket# <--\n")).replace("\n(socket.AF", "(socket.AF") if False else server(("STREAM)", "STREAM)" + mark)),
      "AttributeError: module 'socket' has no attribute 'socket'", files={"socket.py": "print()\n"}),
    S("python2-print", "never-listens", "print 'x'  # <--\n", "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?"),
    S("indentation", "never-listens", "x = 1\n  y = 2  # <--\n", "IndentationError: unexpected indent"),
    C("indentation", "never-connects", "x = 1\n\ty = 2  # <--\n", "TabError: inconsistent use of tabs and spaces in indentation"),
    S("source-encoding", "never-listens", "# \ufffd  # <--\n", "SyntaxError: Non-UTF-8 code starting with '\\xe4' in file x"),
    S("syntax-error", "never-listens", "s.bind((HOST, PORT)  # <--\n", "SyntaxError: '(' was never closed"),
    S("missing-import", "never-listens", "s = socket.socket()  # <--\n", "NameError: name 'socket' is not defined"),
    S("name-of-socket-module", "never-listens", "import socket\ns = socket.socket(AF_INET)  # <--\n", "NameError: name 'AF_INET' is not defined"),
    S("blank-left", "never-listens", server(("s.listen()", "____" + mark)), "NameError: name '____' is not defined"),
    S("not-implemented", "server-silent", "raise NotImplementedError  # <--\n", "NotImplementedError"),
    S("module-not-there", "never-listens", "import numpy  # <--\n", "ModuleNotFoundError: No module named 'numpy'"),
    S("import-name", "never-listens", "from socket import sokcet  # <--\n", "ImportError: cannot import name 'sokcet' from 'socket'"),
    C("needs-keyboard", "never-connects", "text = input()  # <--\n", "EOFError: EOF when reading a line"),
    S("needs-arguments", "never-listens", "import sys\nHOST = sys.argv[1]  # <--\n", "IndexError: list index out of range"),
    S("needs-arguments", "never-listens", "import argparse\np = argparse.ArgumentParser()\np.add_argument('host')  # <--\np.parse_args()\n",
      record={"exit_code": 2, "stderr": b"usage: echo-server.py [-h] host\n"}),
    S("file-not-there", "never-listens", "open('config.txt')  # <--\n", "FileNotFoundError: [Errno 2] No such file or directory: 'config.txt'"),
    S("file-empty", "never-listens", ""),
    C("file-empty", "never-connects", "import socket\nHOST = '127.0.0.1'\n"),
    S("guard-wrong", "never-listens", "def main():\n    s.bind()\nif __name__ == 'main':  # <--\n    main()\n"),
    S("functions-not-called", "never-listens", "import socket\ndef main():  # <--\n    s = socket.socket()\n    s.bind(1)\n    s.listen()\n"),
    S("exits-at-once", "never-listens", "import sys\nsys.exit(1)  # <--\n", record={"exit_code": 1}),
    S("stub-left", "never-listens", "import socket\ndef serve():\n    pass  # <--\nserve()\n"),
]

TODOS = [
    S("todo-bind", "never-listens", "import socket\ns = socket.socket()\n# TODO 1: bind the socket  # <--\n# TODO 2: listen\npass\n"),
    S("todo-listen", "never-listens", "import socket\ns = socket.socket()\ns.bind(1)\n# TODO 2: let it listen  # <--\n"),
    S("todo-accept", "never-listens", "import socket\ns = socket.socket()\ns.bind(1)\ns.listen()\n# TODO 3: Accept a client  # <--\n"),
    C("todo-connect", "never-connects", "import socket\ns = socket.socket()\n# TODO 1: Connect  # <--\ns.sendall(b'x')  # !!\n", "BrokenPipeError: [Errno 32] Broken pipe"),
    C("todo-send", "client-silent", "import socket\ns = socket.socket()\ns.connect(1)\n# TODO 2: Send  # <--\n"),
    C("todo-recv", "reply-not-printed", "import socket\ns = socket.socket()\ns.connect(1)\ns.sendall(b'')\n# TODO 3: Receive  # <--\n", record={"events": events(*REPLIED)}, finding=REPLY),
    C("todo-left", "never-connects", "import socket\ns = socket.socket()\n# TODO: the rest  # <--\n"),
]

ADDRESSES = [
    S("both-in-one", "never-listens", server(("accept()", "accept()" + mark), ("s.listen()", "s.listen()\nk = socket.socket()\nk.connect((HOST, PORT))")),
      record={"dials": (dial("bind"), dial("connect")), "stopped": "stuck"}),
    S("roles-swapped", "never-listens", client(("s.connect((HOST, PORT))", "s.connect((HOST, PORT))" + mark)), "ConnectionRefusedError: [Errno 111] Connection refused", record={"dials": (dial("connect"),)}),
    C("roles-swapped", "never-connects", server(("s.bind((HOST, PORT))", "s.bind((HOST, PORT))" + mark)), record={"dials": (dial("bind"),)}),
    S("udp", "never-listens", server(("socket.SOCK_STREAM)", "socket.SOCK_DGRAM)" + mark)), record={"sockets": (UDP_ROW,)}),
    S("unix-socket", "never-listens", server(("socket.AF_INET, socket.SOCK_STREAM)", "socket.AF_UNIX)" + mark))),
    S("ipv6", "listens-elsewhere", server(("socket.AF_INET,", "socket.AF_INET6,"), ("STREAM)", "STREAM)" + mark)), finding={"facts": {"host": "::1", "port": 65432}}, record={"sockets": (listener("::1", protocol="tcp6"),)}),
    S("never-accepts", "address-not-printed", "import socket\ns = socket.socket()\ns.bind(1)\ns.listen()  # <--\nwhile True: pass\n", record={"stopped": "stuck"}),
    S("address-two-arguments", "never-listens", server(("((HOST, PORT))", "(HOST, PORT)" + mark)), "TypeError: _socket.socket.bind() takes exactly one argument (2 given)"),
    S("address-two-arguments", "never-listens", "try:\n    s.bind(1, 2)  # <--\nexcept TypeError as e:\n    print(e)\n", record={"stdout": b"socket.bind() takes exactly one argument (2 given)\n"}),
    C("address-not-pair", "never-connects", client(("((HOST, PORT))", "(HOST)" + mark)), "TypeError: connect(): AF_INET address must be tuple, not str"),
    S("address-swapped", "never-listens", server(("((HOST, PORT))", "((PORT, HOST))" + mark)), "TypeError: str, bytes or bytearray expected, not int"),
    S("port-is-text", "never-listens", server(("s.bind((HOST, PORT))", "s.bind((HOST, '65432'))" + mark)), "TypeError: 'str' object cannot be interpreted as an integer"),
    S("port-out-of-range", "never-listens", server(("((HOST, PORT))", "((HOST, 99999))" + mark)), "OverflowError: bind(): port must be 0-65535."),
    S("port-privileged", "never-listens", server(("((HOST, PORT))", "((HOST, 80))" + mark)), "PermissionError: [Errno 13] Permission denied", record={"dials": (dial("bind", port=80),)}),
    C("host-unknown", "never-connects", client(("((HOST, PORT))", "(('localhsot', PORT))" + mark)), "socket.gaierror: [Errno -2] Name or service not known"),
    S("address-not-here", "never-listens", server(("((HOST, PORT))", "(('192.168.1.5', PORT))" + mark)), "OSError: [Errno 99] Cannot assign requested address", record={"dials": (dial("bind", "192.168.1.5"),)}),
    C("client-binds", "never-connects", client(("s.connect", "s.bind((HOST, PORT))  # <--\ns.connect")), "OSError: [Errno 98] Address already in use", record={"dials": (dial("bind"), dial("connect"))}),
    S("address-in-use", "never-listens", server(("s.listen()", "t.bind((HOST, PORT))" + mark)), "OSError: [Errno 98] Address already in use"),
    S("bind-twice", "never-listens", server(("s.listen()", "s.bind((HOST, PORT))" + mark)), "OSError: [Errno 22] Invalid argument"),
    S("bind-swallowed", "listens-elsewhere", "import socket\ntry:\n    s.bind(1, 2)  # <--\nexcept Exception:\n    pass\ns.listen()\ns.accept()\n", finding={"facts": {"host": "0.0.0.0", "port": 40000}}),
    S("bind-missing", "listens-elsewhere", "import socket\ns.listen()  # <--\ns.accept()\n", finding={"facts": {"host": "0.0.0.0", "port": 40000}}),
    S("port-zero", "listens-elsewhere", server(("PORT = 65432", "PORT = 0" + mark)), finding={"facts": {"host": "127.0.0.1", "port": 40000}}, record={"dials": (dial("bind", port=0),)}),
    C("host-name", "connection-failed", client(('"127.0.0.1"', '"myhost"' + mark)), finding={"facts": {"host": "myhost", "port": 65432}}, record={"dials": (dial("connect", "myhost"),)}),
    S("wrong-port", "listens-elsewhere", server(("PORT = 65432", "PORT = 65433" + mark)), finding={"facts": {"host": "127.0.0.1", "port": 65433}}, record={"dials": (dial("bind", port=65433),)}),
    C("wrong-port", "connection-failed", client(("PORT = 65432", "PORT = 65433" + mark), ("s.connect((HOST, PORT))", "s.connect((HOST, PORT))  # !!")), "ConnectionRefusedError: [Errno 111] Connection refused",
      finding={"facts": {"host": "127.0.0.1", "port": 65433}}, record={"dials": (dial("connect", port=65433),)}),
    C("wrong-host", "connects-elsewhere", client(('"127.0.0.1"', '"127.0.0.2"' + mark)), finding={"facts": {"host": "127.0.0.2", "port": 65432}}),
    S("wrong-address", "listens-elsewhere", server(('"127.0.0.1"', '"127.0.1.1"'), ("PORT = 65432", "PORT = 5000" + mark)), finding={"facts": {"host": "127.0.1.1", "port": 5000}}, record={"dials": (dial("bind", "127.0.1.1", 5000),)}),
    S("no-listen-call", "never-listens", "import socket\ns = socket.socket()\ns.bind((1, 2))  # <--\n", record={"dials": (dial("bind"),)}),
    C("no-connect-call", "never-connects", "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_STREAM)  # <--\n"),
]

CALLS = [
    S("listen-without-parentheses", "never-listens", server(("s.listen()", "s.listen" + mark), ("s.accept()", "s.accept()  # !!")), "OSError: [Errno 22] Invalid argument"),
    S("listen-missing", "never-listens", server(("s.listen()\n", ""), ("s.accept()", "s.accept()" + mark)), "OSError: [Errno 22] Invalid argument"),
    S("accept-pair-swapped", "server-silent", server(("conn, addr = s.accept()", "addr, conn = s.accept()" + mark), ("conn.recv(1024)", "conn.recv(1024)  # !!")), "AttributeError: 'tuple' object has no attribute 'recv'", record={"events": events(*MET), "exit_code": 1}),
    S("accept-not-unpacked", "server-silent", server(("conn, addr = s.accept()", "conn = s.accept()" + mark), ("conn.recv(1024)", "conn.recv(1024)  # !!")), "AttributeError: 'tuple' object has no attribute 'recv'"),
    S("accept-unpacked-wrongly", "address-not-printed", server(("conn, addr = s.accept()", "conn, a, b = s.accept()" + mark)), "ValueError: not enough values to unpack (expected 3, got 2)"),
    S("recv-on-listener", "server-silent", server(("conn.recv(1024)", "s.recv(1024)" + mark)), "OSError: [Errno 107] Transport endpoint is not connected"),
    C("not-connected", "never-connects", client(("s.connect((HOST, PORT))\n", ""), ('world")', 'world")' + mark)), "BrokenPipeError: [Errno 32] Broken pipe"),
    S("used-after-close", "never-listens", server(("s.accept()", "s.accept()" + mark)), "OSError: [Errno 9] Bad file descriptor"),
    C("connected-twice", "client-silent", client(("s.sendall", "s.connect((HOST, PORT))  # <--\ns.sendall")), "OSError: [Errno 106] Transport endpoint is already connected"),
    S("timed-out", "server-silent", server(("recv(1024)", "recv(1024)" + mark)), "TimeoutError: timed out"),
    S("sends-after-shutdown", "server-partial", server(("sendall(data)", "sendall(data)  # <--\n    conn.shutdown(1)")), "BrokenPipeError: [Errno 32] Broken pipe"),
    S("peer-gone", "exit-status", server(("sendall(data)", "sendall(data)" + mark)), "BrokenPipeError: [Errno 32] Broken pipe"),
    C("str-not-bytes", "client-silent", client(('b"Hello, world")', '"Hello, world")' + mark)), "TypeError: a bytes-like object is required, not 'str'"),
    C("not-bytes", "client-silent", client(('b"Hello, world")', "12)" + mark)), "TypeError: a bytes-like object is required, not 'int'"),
    C("mixes-str-and-bytes", "reply-not-printed", client(("repr(data))", "'x' + data)" + mark)), 'TypeError: can only concatenate str (not "bytes") to str', finding=REPLY),
    C("encodes-bytes", "client-silent", client(('world")', 'world".encode())' + mark)), "AttributeError: 'bytes' object has no attribute 'encode'. Did you mean: 'decode'?"),
    S("decodes-bytes", "server-silent", server(("sendall(data)", "sendall(data.decode())" + mark)), "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"),
    S("encode-error", "server-silent", server(("sendall(data)", "sendall(text.encode('ascii'))" + mark)), "UnicodeEncodeError: 'ascii' codec can't encode character"),
    S("class-imported", "never-listens", "from socket import socket\ns = socket.socket()  # <--\n", "AttributeError: type object 'socket' has no attribute 'socket'"),
    S("attribute-unknown", "never-listens", server(("s.listen()", "s.lisen()" + mark)), "AttributeError: 'socket' object has no attribute 'lisen'. Did you mean: 'listen'?"),
    S("module-called", "never-listens", "import socket\ns = socket(2, 1)  # <--\n", "TypeError: 'module' object is not callable"),
    S("not-called", "address-not-printed", server(("s.accept()", "s.accept" + mark)), "AttributeError: 'builtin_function_or_method' object has no attribute 'recv'"),
    S("call-arguments", "server-silent", server(("recv(1024)", "recv()" + mark)), "TypeError: recv() takes at least 1 argument (0 given)"),
    S("name-unassigned", "server-silent", "def f():\n    print(x)  # <--\n", "UnboundLocalError: cannot access local variable 'x'"),
    S("name-error", "server-silent", server(("sendall(data)", "sendall(dat)" + mark)), "NameError: name 'dat' is not defined"),
    C("connection-refused", "pair-fails", client(("((HOST, PORT))", "((HOST, PORT))" + mark)), "ConnectionRefusedError: [Errno 111] Connection refused"),
    S("exception", "server-silent", server(("sendall(data)", "sendall(data / 0)" + mark)), "ZeroDivisionError: division by zero"),
    S("recursion", "never-listens", "def f(): f()  # <--\n", "RecursionError: maximum recursion depth exceeded"),
    S("too-many-processes", "never-listens", "t.start()  # <--\n", "RuntimeError: can't start new thread"),
    S("memory-limit", "never-listens", "bytearray(10**12)  # <--\n", "MemoryError"),
    S("files-limit", "never-listens", "f.write(b'x')  # <--\n", "OSError: [Errno 28] No space left on device"),
]

SERVERS = [
    S("killed-early", "server-silent", "import os\nos.kill(os.getpid(), 9)  # <--\n", record={"signal": 9}),
    S("nothing-read", "server-silent", "conn, addr = s.accept()  # <--\nconn.sendall(b'')\n", record={"events": events(*MET)}),
    S("reply-missing", "server-silent", "conn, addr = s.accept()\nconn.recv(1024)  # <--\n", record={"events": events(*MET)}),
    S("answers-at-end", "server-late", server(("sendall(data)", "sendall(data)" + mark)), record={"events": events(*MET, "fin-sent", ("received", GREETING))}),
    S("replies-once", "server-silent", "conn, addr = s.accept()\nd = conn.recv(1024)  # <--\nconn.sendall(d)\n", finding={"facts": {"index": 1, "answered": 12}}),
    S("closes-without-answer", "server-silent", server(("recv(1024)", "recv(1024)" + mark)), record={"events": events(*MET, "fin-received")}),
    S("accepts-again", "server-silent", server(("while", "s.accept()  # <--\nwhile")), waits=True, record=STUCK),
    S("reply-stopped-short", "server-partial", "d = conn.recv(1024)  # <--\nconn.sendall(d)\n", finding={"expected": bytes(9999), "actual": bytes(1024)}, record={"events": events(*MET, "fin-received")}),
    S("send-not-all", "server-partial", server(("sendall(data)", "send(data)" + mark)), finding={"expected": LOST_LARGE, "actual": LOST_LARGE[:5000]}),
    S("own-address-printed", "address-not-printed", server(('print("Connected by", addr)', "print(HOST, PORT)" + mark)), record={"stdout": b"127.0.0.1 65432\n", "stopped": "finished"}),
    S("address-left-out", "address-not-printed", server(("by", "by" ), (", addr)", ")" + mark)), record={"stdout": b"Connected by\n"}),
    S("nothing-announced", "address-not-printed", server(('print("Connected by", addr)\n', ""), ("accept()", "accept()" + mark))),
    S("spins-after-close", "does-not-end", server(("recv(1024)", "recv(1024)" + mark)), record={"stopped": "cpu", "events": events(*MET, "fin-sent")}),
    S("connection-not-closed", "does-not-end", server(("accept()", "accept()" + mark)), waits=True, record={"stopped": "stuck", "events": events(*MET, "fin-sent")}),
    S("serves-on", "does-not-end", server(("accept()", "accept()" + mark)), waits=True, record={"stopped": "stuck", "serving": True, "events": events(*MET, "fin-sent", "fin-received")}),
    S("error-swallowed", "never-listens", "import socket\ntry:\n    s.bind(1)\n    s.listen()\n    s.accept()\nexcept Exception:  # <--\n    pass\n"),
]

sends = server(("sendall(data)", "sendall(data)" + mark))
GREETED = b"Hello,  world\r\n"
REPLIES = [
    S("reply-twice", "server-extra", sends, **reply(GREETING, 2 * GREETING)),
    S("reply-padded", "server-extra", sends, **reply(GREETING, GREETING + bytes(1012))),
    S("reply-padded", "server-altered", sends, **reply(b"second", bytes(1010) + b"second", index=1, answered=12, heard=(GREETING,))),
    S("reply-repr", "server-altered", sends, **reply(GREETING, repr(GREETING).encode())),
    S("reply-late-message", "server-altered", sends, **reply(b"second message", GREETING, index=1, answered=12, heard=(GREETING,))),
    S("reply-changed", "server-altered", sends, **reply(GREETING, GREETING.upper())),
    S("reply-changed", "server-altered", sends, **reply(GREETING, GREETING[::-1])),
    S("reply-changed", "server-partial", sends, **reply(GREETED, GREETED.strip())),
    S("reply-changed", "server-altered", sends, **reply(b"a\0b\0cd", b"abcd")),
    S("reply-changed", "server-altered", sends, **reply(b"a\xffb", "a\ufffdb".encode())),
    S("reply-line-end", "server-extra", sends, **reply(GREETING, GREETING + b"\n")),
    S("reply-line-end", "server-altered", sends, **reply(b"second message", b"\nsecond message\n", index=1, answered=12, heard=(GREETING,))),
    S("reply-prefixed", "server-altered", sends, **reply(GREETING, b"Echo: " + GREETING)),
    S("reply-suffixed", "server-extra", sends, **reply(GREETING, GREETING + b"!")),
    S("reply-canned", "server-altered", server(("sendall(data)", "sendall(b'message received')" + mark)), **reply(GREETING, b"message received")),
    S("reply-with-gaps", "server-altered", sends, **reply(b"abcdefghijklmnopqrst", b"abcghijklmnopqrst")),
]

CLIENTS = [
    C("reads-before-sending", "client-silent", client(("s.sendall", "s.recv(1024)  # <--\ns.sendall")), waits=True, record={"stopped": "stuck", "events": events("accepted")}),
    C("send-missing", "client-silent", client(('s.sendall(b"Hello, world")\n', ""), ("((HOST, PORT))", "((HOST, PORT))" + mark)), record={"events": events("accepted")}),
    C("message-line-end", "client-extra", client(('world")', 'world\\n")' + mark)), **message(b"Hello, world\n")),
    C("message-twice", "client-extra", client(('world")', 'world")' + mark)), **message(2 * GREETING)),
    C("message-repr", "client-altered", client(('b"Hello, world")', 'str(b"Hello, world").encode())' + mark)), **message(repr(GREETING).encode())),
    C("message-encoding", "client-altered", client(('b"Hello, world")', '"Hello, world".encode("utf-16"))' + mark)), **message("Hello, world".encode("utf-16"))),
    C("message-zeros", "client-extra", client(('world")', 'world\\0")' + mark)), **message(GREETING + b"\0")),
    C("message-spelling", "client-altered", client(("Hello, world", "Hello World"), ('World")', 'World")' + mark)), **message(b"Hello World")),
    C("other-message-came-back", "reply-not-printed", client(("Hello, world", "Hi"), ('Hi")', 'Hi")' + mark)), finding={"expected": GREETING},
      record={"events": events("accepted", ("received", b"Hi"), ("sent", b"Hi")), "stdout": b"Received b'Hi'\n"}),
    C("receive-missing", "reply-not-printed", client(("data = s.recv(1024)\n", ""), ("repr(data))", "'x')" + mark)), finding=REPLY, record={"events": events(*REPLIED)}),
    C("waits-for-more", "does-not-end", client(("s.recv(1024)", "s.recv(1024)" + mark)), waits=True, record={"stopped": "stuck", "events": events(*REPLIED)}),
    C("waits-for-reply", "reply-not-printed", client(("s.recv(1024)", "s.recv(1024)" + mark)), waits=True, finding=REPLY, record={"stopped": "stuck", "events": events(*HEARD)}),
    C("printed-method", "reply-not-printed", client(("repr(data))", "data.decode)" + mark)), finding=REPLY, record={"events": events(*REPLIED), "stdout": b"<built-in method decode of bytes object at 0x7f>"}),
    C("prints-what-it-sent", "reply-not-printed", client(("repr(data))", "'Hello, world')" + mark)), finding=REPLY, record={"events": events(*REPLIED), "stdout": b"Received Hello, world\n"}),
    C("buffer-too-small", "reply-not-printed", client(("recv(1024)", "recv(5)" + mark)), finding=REPLY, record={"events": events(*REPLIED), "stdout": b"Received b'78One'\n"}),
    C("output-lost", "reply-not-printed", client(("repr(data))", "data)\nos._exit(0)" + mark)), finding=REPLY, record={"events": events(*REPLIED)}),
    C("nothing-printed", "reply-not-printed", client(('print("Received", repr(data))\n', ""), ("recv(1024)", "recv(1024)" + mark)), finding=REPLY, record={"events": events(*REPLIED)}),
    C("loops-on", "does-not-end", client(("recv(1024)", "recv(1024)" + mark)), record={"stopped": "cpu", "events": events(*REPLIED)}),
    C("keeps-trying", "refusal-hidden", client(("((HOST, PORT))", "((HOST, PORT))" + mark)), record={"stopped": "wall"}),
    C("connect-ex-ignored", "refusal-hidden", client(("s.connect((HOST, PORT))", "s.connect_ex((HOST, PORT))" + mark))),
    C("refusal-swallowed", "refusal-hidden", "try:\n    s.connect((1, 2))\nexcept OSError:  # <--\n    pass\n"),
    C("pair-addresses-differ", "pair-never-meet", client(("((HOST, PORT))", "((HOST, PORT))" + mark)), "ConnectionRefusedError: [Errno 111] Connection refused", finding={"facts": {"server": "127.0.0.1:65432", "client": "127.0.0.1:5000"}}),
]

LIMITS = [
    S("output-limit", "never-listens", "while True:  # <--\n    print(1)\n", record={"stopped": "output", "stack": (frame(2),)}),
    S("sleeps", "never-listens", "import time\ntime.sleep(60)  # <--\n", waits=True, record={"stopped": "wall"}),
    S("wall-limit", "never-listens", "while True:  # <--\n    poll()\n", record={"stopped": "wall", "stack": (frame(2),)}),
    S("cpu-limit", "never-listens", "def f():\n    x = 1\nwhile True:  # <--\n    f()\n", record={"stopped": "cpu", "stack": (frame(2, function="f"), frame(4))}),
]

plain_client, plain_server = CLIENT, SERVER
GENERIC = [
    S("stuck", "server-silent", server(("recv(1024)", "recv(1024)" + mark)), waits=True, record=STUCK),
    S("never-listens", "never-listens", server(("s.listen()", "s.listen()" + mark))),
    S("never-connects", "never-connects", server(("s.listen()", "s.listen()" + mark)), role_is="x") if False else C("never-connects", "never-connects", client(("((HOST, PORT))", "((HOST, PORT))" + mark))),
    S("listens-elsewhere", "listens-elsewhere", server(("((HOST, PORT))", "((HOST, PORT))" + mark)), finding={"facts": {"host": "127.0.0.1", "port": 65432}}, record={"dials": (dial("bind"),)}),
    C("connects-elsewhere", "connects-elsewhere", client(("((HOST, PORT))", "((HOST, PORT))" + mark)), finding={"facts": {"host": "127.0.0.1", "port": 65432}}),
    C("connection-failed", "connection-failed", client(("((HOST, PORT))", "((HOST, PORT))" + mark)), finding={"facts": {"host": "127.0.0.1", "port": 65432}}),
    S("server-silent", "server-silent", server(("sendall(data)", "sendall(data)" + mark)), record={"stopped": "finished"}),
    S("server-partial", "server-partial", sends, **reply(GREETING, b"Hello")),
    S("server-altered", "server-altered", sends, **reply(GREETING, b"something else")),
    S("server-extra", "server-extra", sends, finding={"actual": b""}),
    S("server-late", "server-late", sends),
    C("client-late", "client-late", client(('world")', 'world")' + mark))),
    C("client-silent", "client-silent", client(('world")', 'world")' + mark))),
    C("client-partial", "client-partial", client(("Hello, world", "Hello"), ('Hello")', 'Hello")' + mark)), **message(b"Hello")),
    C("client-altered", "client-altered", client(("Hello, world", "Hello, workd"), ('workd")', 'workd")' + mark)), **message(b"Hello, workd")),
    C("client-extra", "client-extra", client(("Hello, world", "Hello, world 1"), ('1")', '1")' + mark)), **message(b"Hello, world 1")),
    S("address-not-printed", "address-not-printed", server(('print("Connected by", addr)\n', ""), ("accept()", "accept()" + mark)), record={"stdout": b"hi\n"}),
    C("reply-not-printed", "reply-not-printed", client(("repr(data))", "len(data))" + mark)), finding=REPLY, record={"events": events(*REPLIED), "stdout": b"Received 12\n"}),
    S("wording-differs", "wording-differs", server((", addr)", ", addr)" + mark)), finding={"facts": {"line": "Connected by x"}}),
    S("prints-something", "prints-something", server((", addr)", ", addr)" + mark))),
    S("does-not-end", "does-not-end", SERVER, record={"stopped": "stuck"}),
    S("killed", "killed", SERVER, record={"signal": 11}),
    S("exit-status", "exit-status", "import sys\nsys.exit(3)  # <--\n", record={"exit_code": 3}),
    C("claims-success", "claims-success", client(("repr(data))", "1)" + mark))),
    C("refusal-hidden", "refusal-hidden", client(("((HOST, PORT))", "((HOST, PORT))" + mark))),
    S("pair-server-never-listens", "pair-server-never-listens", SERVER),
    C("pair-never-meet", "pair-never-meet", client(("((HOST, PORT))", "((HOST, PORT))" + mark)), finding={"facts": {"server": "a:1", "client": "no address"}}),
    S("pair-fails", "pair-fails", SERVER),
    S("unexplained", "a-code-of-tomorrow", SERVER),
]

CASES = [*LOADING, *TODOS, *ADDRESSES, *CALLS, *SERVERS, *REPLIES, *CLIENTS, *LIMITS, *GENERIC]


def marked(source: str, *marks: str) -> int | None:
    """The line with the first of these marks that is there, from 1."""
    lines = source.splitlines()
    return next((number for one in marks for number, line in enumerate(lines, 1) if one in line), None)


def made(case: Case) -> tuple[Finding, dict[str, str]]:
    """The finding of a case, and the student's files."""
    file = f"echo-{case.role}.py"
    differs = dict(case.record)
    line = marked(case.source, "# !!", "# <--")
    if case.raises:
        differs.setdefault("exit_code", 1)
        differs["stderr"] = traceback(file, line or 1, case.raises)
    if case.waits:
        differs["stack"] = (Frame(file=file, line=line or 1, function="<module>"),)
    finding = Finding(code=case.code, record=record(case.role, **differs), **case.finding)  # type: ignore[arg-type]
    return finding, {file: case.source, **case.files}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry of the catalogue explains the record of its mistake, at the student's own line."""
    finding, sources = made(case)
    found = explain(finding, sources, "Look again.", Limits())
    assert (found.id, found.line) == (case.entry, marked(case.source, "# <--"))
    if found.line is not None:
        assert found.file == f"echo-{case.role}.py"
        assert "# <--" in (found.source or "")
    assert found.reason.startswith(("Your ", "The ", "Python ", "When ", "After ", "A part ", "Bytes "))
    assert found.next_step
    assert "{" not in found.reason + found.next_step


def test_every_entry_has_a_case() -> None:
    """No entry without the record that proves it."""
    assert {entry.id for entry in CATALOGUE} == {case.entry for case in CASES}


def test_ids_are_unique() -> None:
    """An id names one entry."""
    ids = [entry.id for entry in (*CATALOGUE, *ADVICE)]
    assert len(ids) == len(set(ids))


ADVICE_CASES = [
    ("listens-everywhere", "server", server(('"127.0.0.1"', '"0.0.0.0"' + mark)), {"sockets": (listener("0.0.0.0"),)}, {}),
    ("connects-to-any", "client", client(('"127.0.0.1"', '"0.0.0.0"' + mark)), {"dials": (dial("connect", "0.0.0.0"),)}, {}),
    ("shadowing-file", "server", SERVER, {}, {"queue.py": ""}),
]


@pytest.mark.parametrize(("entry", "role", "source", "differs", "files"), ADVICE_CASES)
def test_what_works_and_surprises_is_told(entry: str, role: str, source: str, differs: dict, files: dict) -> None:
    """A check that passed may carry advice."""
    found = advice(record(role, **differs), {f"echo-{role}.py": source, **files})
    assert found is not None
    assert (found.id, found.line) == (entry, marked(source, "# <--"))


@pytest.mark.parametrize(("role", "source"), [("server", SERVER), ("client", CLIENT)])
def test_nothing_is_said_of_a_good_program(role: str, source: str) -> None:
    """Correct programs get no advice."""
    rows = {"sockets": (listener(),)} if role == "server" else {"dials": (dial("connect"),)}
    assert advice(record(role, **rows), {f"echo-{role}.py": source}) is None
