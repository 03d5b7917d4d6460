"""Work that is never begun or never reached, and small slips. One record for each entry of the catalogue."""

from __future__ import annotations

import pytest
from diagnosed import MET, REPLIED, REPLY, STUCK, Case, check, client, made, mark, on_client, on_server, server
from records import dial, events, listener

from grader.diagnose import explain
from grader.model import Frame, Limits

BOUND = {"dials": (dial("bind"),), "sockets": (listener(),)}
HANDLER = """import socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(self.request.recv(1024))
server = socketserver.TCPServer(("127.0.0.1", 65432), Echo)
"""
THREADED = """import socket, threading
def work(conn):
    conn.sendall(conn.recv(1024))
s = socket.create_server(("127.0.0.1", 65432))
while True:
    conn, addr = s.accept()
    print("Connected by", addr)
"""
LIBRARY = (Frame(file="/usr/lib/python3.11/threading.py", line=1590, function="_shutdown"),)
UNDONE = [
    on_server(
        "thread-arguments",
        "server-silent",
        THREADED + "    threading.Thread(target=work, args=(conn)).start()  # <--\n",
        "TypeError: __main__.work() argument after * must be an iterable, not socket",
        record={"stopped": "stuck", "events": events(*MET)},
    ),
    on_server(
        "thread-not-started",
        "server-silent",
        THREADED + "    t = threading.Thread(target=work, args=(conn,))  # <--\n",
        record=STUCK,
    ),
    on_server(
        "named-not-called",
        "server-silent",
        THREADED + "    t = threading.Thread(target=work, args=(conn,))\n    t.start  # <--\n",
        record=STUCK,
    ),
    on_server(
        "named-not-called",
        "server-silent",
        server(("sendall(data)", "sendall" + mark)),
        record={"events": events(*MET, "fin-sent")},
    ),
    on_server(
        "daemon-ends",
        "server-silent",
        THREADED.replace("while True:", "if True:")
        + "    threading.Thread(target=work, args=(conn,), daemon=True).start()  # <--\n",
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "daemon-ends",
        "server-partial",
        THREADED + "    t = threading.Thread(target=work)\n    t.daemon = True  # <--\n    t.start()\n",
        record={"events": events(*MET, "fin-received")},
    ),
    on_client(
        "daemon-ends",
        "reply-not-printed",
        "s.connect(A)\nThread(target=lambda: got.append(s.recv(9)), daemon=True).start()  # <--\ns.sendall(m)\n",
        record={"stdout": b"[]\n", "events": events(*MET)},
    ),
    on_client(
        "daemon-ends",
        "reply-not-printed",
        client(
            ("data = s.recv(1024)", "Thread(target=show, daemon=True).start()  # <--"),
            ("print(", "def show(): print(s.recv(9), "),
        ),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_server(
        "loop-not-run",
        "never-listens",
        "import asyncio\nasync def main():\n    await asyncio.start_server(talk, '127.0.0.1', 65432)\n"
        "loop = asyncio.new_event_loop()\nloop.create_task(main())  # <--\n",
    ),
    on_client(
        "await-missing",
        "never-connects",
        "import asyncio\nasync def main():\n    await asyncio.open_connection('127.0.0.1', 65432)\nmain()  # <--\n",
        record={"stderr": b"x.py:4: RuntimeWarning: coroutine 'main' was never awaited\n"},
    ),
    on_server(
        "await-missing",
        "server-silent",
        "import asyncio\ndef talk(reader, writer):\n    writer.write(reader.read(9))  # <--\n",
        "TypeError: data argument must be a bytes-like object, not 'coroutine'",
    ),
    on_client(
        "named-not-called",
        "never-connects",
        "import socket\ndef main():\n    socket.create_connection(('127.0.0.1', 65432))\nmain  # <--\n",
    ),
    on_server(
        "nothing-returned",
        "server-silent",
        "conn, addr = s.accept()\ndef take(c):  # <--\n    d = c.recv(9)\nm = take(conn)\nif m:\n    conn.sendall(m)\n",
        record={"events": events(*MET, "fin-received")},
    ),
    on_server("never-serves", "never-listens", HANDLER.replace("Echo)\n", "Echo)  # <--\n"), record=BOUND),
    on_server(
        "accept-does-not-wait",
        "never-listens",
        "s.setblocking(False)  # <--\ntry:\n    c, a = s.accept()\nexcept BlockingIOError:\n    print('nobody')\n",
        record=BOUND,
    ),
    on_server(
        "handler-without-handle",
        "server-silent",
        HANDLER.replace("def handle", "def handel").replace("Handler):", "Handler):" + mark)
        + "server.serve_forever()\n",
        record=STUCK,
    ),
    on_server(
        "other-program", "never-listens", "import os\nos.system('nc -l 65432')  # <--\n", record={"exit_code": 127}
    ),
    on_server(
        "work-not-called",
        "never-listens",
        "import socket\nclass Server:\n    def __init__(self):\n        self.s = socket.create_server(('', 65432))\n"
        "    def run(self):  # <--\n        self.c, a = self.s.accept()\nServer()\n",
        record=BOUND,
    ),
    on_client(
        "bytes-against-text",
        "reply-not-printed",
        client(("print(", 'if data == "Hello, world":  # <--\n    print(')),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_client(
        "never-reached",
        "reply-not-printed",
        client(("print(", "exit()  # <--\nprint(")),
        finding=REPLY,
        record={"events": events(*REPLIED)},
    ),
    on_server(
        "never-reached",
        "server-silent",
        server(("    conn.sendall(data)", "    continue  # <--\n    conn.sendall(data)")),
        record={"events": events(*MET, "fin-received")},
    ),
    on_server(
        "lock-not-released",
        "server-silent",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nwith lock:  # <--\n    c.sendall(c.recv(9))\n",
        waits=True,
        record=STUCK,
    ),
    on_server(
        "nonblocking",
        "never-listens",
        server(("s.accept()", "s.accept()" + mark), ("s.listen()", "s.listen()\ns.setblocking(False)")),
        "BlockingIOError: [Errno 11] Resource temporarily unavailable",
    ),
    on_client(
        "self-attribute",
        "client-silent",
        "class Client:\n    def talk(self):\n        self.sock.sendall(b'x')  # <--\nClient().talk()\n",
        "AttributeError: 'Client' object has no attribute 'sock'",
    ),
    on_client(
        "self-missing",
        "client-silent",
        "class Client:\n    def talk():  # <--\n        sock.sendall(b'x')\nClient().talk()  # !!\n",
        "TypeError: Client.talk() takes 0 positional arguments but 1 was given",
    ),
    on_server(
        "self-missing",
        "never-listens",
        "class Server:\n    def __init__(port):  # <--\n        self.port = port  # !!\nServer(1)\n",
        "NameError: name 'self' is not defined",
    ),
    on_server(
        "self-missing",
        "server-silent",
        "class Server:\n    def talk(conn, addr):  # <--\n        conn.sendall(b'x')\nServer().talk(1, 2)  # !!\n",
        "TypeError: Server.talk() takes 2 positional arguments but 3 were given",
    ),
    on_server(
        "call-arguments",
        "server-silent",
        "class Tools:\n    def talk(conn, addr):\n        conn.sendall(b'x')\nTools.talk(1, 2, 3)  # <--\n",
        "TypeError: Tools.talk() takes 2 positional arguments but 3 were given",
    ),
    on_server(
        "name-error",
        "never-listens",
        "class Server:\n    def run(self):\n        self.s.bind()\nself.port = 1  # <--\n",
        "NameError: name 'self' is not defined",
    ),
    on_server(
        "name-in-quotes",
        "address-not-printed",
        server(('print("Connected by", addr)', 'print("Connected by {addr}")' + mark)),
        record={"stdout": b"Connected by {addr}\n"},
    ),
    on_server(
        "exits-with-status", "exit-status", "import sys\nsys.exit(0)\nsys.exit(3)  # <--\n", record={"exit_code": 3}
    ),
    on_server(
        "exits-with-status", "exit-status", server(("break", "raise SystemExit(3)  # <--")), record={"exit_code": 3}
    ),
    on_client(
        "thread-goes-on",
        "does-not-end",
        client(("print(", "threading.Thread(target=event.wait).start()  # <--\nprint(")),
        record={"stopped": "stuck", "stack": LIBRARY, "events": events(*REPLIED)},
    ),
    on_server(
        "output-kept-back",
        "address-not-printed",
        server(("HOST =", "import sys\nsys.stdout = open(1, 'w', 4096)  # <--\nHOST =")),
        record={"stopped": "stuck"},
    ),
    *(
        on_server(
            "task-announces-nothing",
            "address-not-printed",
            """import asyncio
async def talk(r, w):
    host, port, *_, scope, zone = w.get_extra_info("peername")
    print("Connected by", host, port)  # <--
    while data := await r.read(1024):
        w.write(data)
async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", 65432)
    print("Serving")
    await server.serve_forever()
asyncio.run(main())
""",
            record={"stdout": before, "output_before": (len(before), 0), "stopped": "finished"},
        )
        for before in (b"", b"Serving\n")
    ),
    on_server(
        "announces-too-early",
        "address-not-printed",
        server(('print("Connected by", addr)\n', ""), ("conn, addr", 'print("Connected by", HOST)  # <--\nconn, addr')),
        record={"stdout": b"Connected by 127.0.0.1\n", "output_before": (23, 0)},
    ),
]


@pytest.mark.parametrize("case", UNDONE, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)


@pytest.mark.parametrize(("maker", "kind"), [("threading.Thread", "thread"), ("multiprocessing.Process", "process")])
def test_what_ends_with_the_main_program_is_called_what_it_is(maker: str, kind: str) -> None:
    """A process is no thread."""
    source = (
        THREADED.replace("while True:", "if True:") + f"    {maker}(target=work, args=(conn,), daemon=True).start()\n"
    )
    finding, sources = made(on_server("", "server-silent", source, record={"events": events(*MET, "fin-received")}))
    assert f"while its {kind}, work, was still at work" in explain(finding, sources, "", Limits()).reason
