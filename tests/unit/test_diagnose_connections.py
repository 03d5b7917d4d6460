"""Connections that nobody asked for, output that was only much, and what is thrown away, broken or waited for."""

from __future__ import annotations

import random

import pytest
from diagnosed import (
    MET,
    REPLIED,
    REPLY,
    STUCK,
    Case,
    check,
    client,
    made,
    mark,
    message,
    on_client,
    on_server,
    reply,
    sends,
    server,
)
from records import GREETING, dial, events, frame, record

from grader.diagnose import explain
from grader.model import Event, Limits, RunRecord
from grader.verdicts import Finding

PROBE = "probe = socket.socket()\nprobe.connect_ex((HOST, PORT))  # <--\nprobe.close()\n"
probes = client(("s = socket", PROBE + "s = socket"))
TWICE = (dial("connect"), dial("connect"))


def on_two(*kinds: tuple[str, int]) -> tuple[Event, ...]:
    """Events of two connections: a kind, and the number of the connection."""
    said = {"received": GREETING}
    pairs = enumerate(kinds)
    return tuple(Event(kind=kind, connection=one, at=0.01 * at, data=said.get(kind, b"")) for at, (kind, one) in pairs)


CLOSED = on_two(("accepted", 0), ("accepted", 1), ("fin-received", 0), ("received", 1))
KEPT = on_two(("accepted", 0), ("accepted", 1), ("received", 1), ("sent", 1), ("fin-received", 1), ("fin-received", 0))
GONE = on_two(("accepted", 0), ("fin-received", 0))
REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused"
RESET = "ConnectionResetError: [Errno 104] Connection reset by peer"
BACK = server(("conn.sendall(data)", "back = socket.socket()\n    back.connect(addr)  # <--\n    back.sendall(data)"))
POLL = (
    "import {module}\nwatched = {made}\nwatched.register(s)\nwhile True:\n    for one in watched.{wait}():\n"
    "        if one is s:\n            conn, addr = one.accept()\n        else:\n            one.sendall(one.recv(9))\n"
)
HTTP = (
    "from http.server import BaseHTTPRequestHandler, HTTPServer\n"
    "class Echo(BaseHTTPRequestHandler):  # <--\n    def do_POST(self):\n"
    "        self.wfile.write(self.rfile.read(int(self.headers['Content-Length'])))\n"
    "HTTPServer((HOST, PORT), Echo).serve_forever()\n"
)


def shows(change: str, *printed: str, entry: str = "printed-in-pieces", before: str = "") -> Case:
    """A client that has its reply and does this with it, and what it prints then."""
    source = client(('print("Received", repr(data))', before + change + mark))
    seen = {"events": events(*REPLIED), "stdout": "".join(f"{line}\n" for line in printed).encode()}
    return on_client(entry, "reply-not-printed", source, finding=REPLY, record=seen)


CONNECTIONS = [
    on_client("first-connection-unused", "client-late", probes, record={"stopped": "stuck", "events": CLOSED}),
    on_client("first-connection-unused", "does-not-end", probes, record={"stopped": "stuck", "events": CLOSED}),
    on_client(
        "first-connection-unused",
        "exit-status",
        client(("s = socket", "with socket.create_connection((HOST, PORT)):  # <--\n    pass\ns = socket")),
        "",
        record={"exit_code": 1, "events": GONE, "dials": TWICE, "stderr": RESET.encode()},
    ),
    on_client(
        "first-connection-unused",
        "exit-status",
        "first = socket.create_connection((HOST, PORT))  # <--\n" + client(),
        record={"exit_code": 1, "events": KEPT},
    ),
    on_client(
        "reply-on-another-connection",
        "exit-status",
        client(("s.recv(1024)", "socket.create_connection((HOST, PORT)).recv(1024)" + mark)),
        RESET,
        record={"events": on_two(("accepted", 0), ("accepted", 1), ("received", 0), ("fin-received", 0))},
    ),
    on_client(
        "peer-gone",
        "exit-status",
        client(("s.recv(1024)", "s.recv(1024)" + mark)),
        RESET,
        record={"events": on_two(("accepted", 0), ("received", 0), ("fin-received", 0))},
    ),
    on_client(
        "another-socket-used",
        "client-silent",
        client(("s.sendall", "s = socket.socket()\ns.sendall"), ('world")', 'world")' + mark)),
        "BrokenPipeError: [Errno 32] Broken pipe",
        record={"events": on_two(("accepted", 0), ("fin-received", 0)), "dials": (dial("connect"),)},
    ),
    on_client(
        "another-socket-used",
        "reply-not-printed",
        client(("s.recv(1024)", "socket.socket().recv(1024)" + mark)),
        "OSError: [Errno 107] Transport endpoint is not connected",
        record={"events": on_two(("accepted", 0), ("received", 0)), "dials": (dial("connect"),)},
    ),
    on_client(
        "peer-gone",
        "client-partial",
        client(('world")', 'world")' + mark)),
        "BrokenPipeError: [Errno 32] Broken pipe",
        record={"events": on_two(("accepted", 0), ("fin-sent", 0)), "dials": (dial("connect"),)},
    ),
    *(
        on_client(
            "exchange-again",
            code,
            client(("s.recv(1024)", "s.recv(1024)" + mark)),
            raises,
            waits=not raises,
            record={**seen, "events": on_two(("accepted", 0), ("received", 0), ("sent", 0), ("accepted", 1), last)},
        )
        for code, raises, seen, last in [
            ("exit-status", RESET, {}, ("received", 1)),
            ("does-not-end", "", {"stopped": "stuck"}, ("received", 1)),
        ]
    ),
    on_server("server-connects", "server-silent", BACK, REFUSED, record={"dials": (dial("connect"),)}),
    on_server("server-connects", "server-silent", BACK, record={"dials": (dial("connect"),), "stopped": "stuck"}),
    on_server(
        "server-connects",
        "never-listens",
        "s.bind((HOST, PORT))\ns.connect((HOST, PORT))  # <--\ns.sendall(b'Hello, world')\nprint(s.recv(1024))\n",
        record={"dials": (dial("bind"), dial("connect"))},
    ),
    on_server(
        "both-in-one",
        "server-silent",
        server(("conn, addr = s.accept()", "mine.connect((HOST, PORT))\nconn, addr = s.accept()" + mark)),
        record={"dials": (dial("bind"), dial("connect")), "stopped": "stuck"},
    ),
    on_server("speaks-http", "server-altered", HTTP, **reply(GREETING, b"<!DOCTYPE HTML>\n")),
    on_server("speaks-http", "does-not-end", HTTP, record=STUCK),
    on_client(
        "speaks-http",
        "client-altered",
        'import http.client\nc = http.client.HTTPConnection("127.0.0.1", 65432)  # <--\nc.request("GET", "/")\n',
        **message(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:65432\r\n\r\n"),
    ),
    shows('print("Received"), data', "Received", entry="print-closed-early"),
    shows('print("Received", end=" "), text', "Received", entry="print-closed-early", before="text = data.decode()\n"),
    shows('print(), s.recv(1024)', "", entry="print-closed-early"),
    on_server(
        "print-closed-early",
        "address-not-printed",
        server(('print("Connected by", addr)', 'print("Connected by"), addr' + mark)),
        record={"stdout": b"Connected by\n"},
    ),
    *(
        on_client("print-closed-early", "exit-status", client(('print("Received", repr(data))', text + mark)), error)
        for text, error in [
            ('print("Received: ") + repr(data)', "TypeError: unsupported operand type(s) for +: 'NoneType' and 'str'"),
            ('print("Received %r") % data', "TypeError: unsupported operand type(s) for %: 'NoneType' and 'bytes'"),
            ('print("Received {}").format(data)', "AttributeError: 'NoneType' object has no attribute 'format'"),
        ]
    ),
    shows('print(text[:5], text[5:], sep="\\n")', "78One", "rLHZQvl", before="text = data.decode()\n"),
    shows('print("Received", *data.decode())', "Received 7 8 O n e r L H Z Q v l"),
    shows('print("Received", data.decode()[:4])', "Received 78On", "and then erLH", "and then ZQvl"),
    shows("print(list(data))", str(list(b"78OnerLHZQvl")), entry="printed-changed"),
    shows("print(data.hex())", b"78OnerLHZQvl".hex(), entry="printed-changed"),
    on_client(
        "waits-for-more",
        "reply-not-printed",
        client(('world")', 'world")\nfirst = s.recv(9)\ns.send(b"!")'), ("recv(1024)", "recv(1024)" + mark)),
        waits=True,
        finding=REPLY,
        record={"stopped": "stuck", "events": events(*REPLIED, ("received", b"!"))},
    ),
    on_client(
        "sent-nothing-yet",
        "client-silent",
        client(('b"Hello, world")', '" ".join(sys.argv[1:]).encode())  # <--'), ("recv(1024)", "recv(1024)  # !!")),
        waits=True,
        record={"stopped": "stuck", "events": events("accepted")},
    ),
    on_server(
        "sendall-asked",
        "server-silent",
        server(("    conn.sendall(data)", "    if conn.sendall(data) != len(data):  # <--\n        break")),
        finding={"expected": GREETING, "facts": {"index": 1, "answered": 24}},
        record={"events": events(*MET, ("received", GREETING), "fin-received")},
    ),
    on_server(
        "sendall-asked",
        "server-partial",
        server(("    conn.sendall(data)", "    sent = conn.sendall(data)\n    if not sent:  # <--\n        break")),
        finding={"expected": bytes(65536), "actual": bytes(1024)},
        record={"events": events(*MET, ("received", GREETING), "fin-received")},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CONNECTIONS, ids=lambda case: f"{case.role}-{case.entry}")
def test_what_was_told_falsely_is_told_as_it_is(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    if case.record.get("stderr") == RESET.encode():
        case = on_client(case.entry, case.code, case.source.replace("s.recv(1024)", "s.recv(1024)  # !!"), RESET,
                         record={"exit_code": 1, "events": GONE, "dials": TWICE})  # fmt: skip
    check(case)


def test_a_client_that_uses_its_first_connection_is_told_of_nothing_else() -> None:
    """Neither one that speaks on both, nor one whose first connection ended with the program."""
    spoken = on_two(("accepted", 0), ("received", 0), ("accepted", 1), ("fin-received", 0), ("received", 1))
    for seen in (spoken, on_two(("accepted", 0), ("fin-received", 0)), on_two(("accepted", 0))):
        case = on_client("", "client-late", probes, record={"stopped": "stuck", "events": seen})
        finding, sources = made(case)
        assert explain(finding, sources, "", Limits()).id == "client-late"


def test_a_server_that_was_used_up_is_not_blamed() -> None:
    """In a pair the client's probe is the only connection that the server serves."""
    both = {
        "server": record(events=on_two(("connected", 0), ("connected", 1), ("fin-received", 0), ("reset", 1))),
        "client": record("client", exit_code=1, events=CLOSED, stderr=RESET.encode(), dials=TWICE),
    }
    finding = Finding(code="reply-not-printed", record=both["client"])
    files = {"echo-client.py": probes, "echo-server.py": server()}
    own = {"server": "student", "client": "student"}
    found = explain(finding, files, "", Limits(), records=both, players=own)
    assert (found.id, found.file, found.line) == ("first-connection-unused", "echo-client.py", 5)
    assert "closes it again without a word" in found.reason


def test_a_print_that_shows_what_it_should_may_have_more_behind_it() -> None:
    """Two calls on one line, with a comma between them, throw nothing away that was to be printed."""
    case = shows("print(len(data)), print('bytes')", "12", "bytes")
    finding, sources = made(case)
    assert explain(finding, sources, "", Limits()).id not in ("print-closed-early", "printed-in-pieces")


@pytest.mark.parametrize("printed", ["Received 78One", "Received 78One\nLHZQvl", "7\n8\nO\nn\ne\nr\nL"])
def test_a_reply_of_which_a_part_is_missing_is_not_in_pieces(printed: str) -> None:
    """Only where all of it is there, in its order."""
    finding, sources = made(shows("print(data.decode()[:5])", printed))
    assert explain(finding, sources, "", Limits()).id != "printed-in-pieces"


# --- wording --------------------------------------------------------------------------------------------------------


def told(case: Case) -> str:
    finding, sources = made(case)
    return explain(finding, sources, "", Limits()).reason


@pytest.mark.parametrize(
    ("module", "made_by", "wait", "words"),
    [
        ("select", "select.poll()", "poll", "poll is told"),
        ("select", "select.epoll()", "poll", "epoll is told"),
        ("selectors", "selectors.DefaultSelector()", "select", "the selector is told"),
    ],
)
def test_what_watches_the_sockets_is_named_as_it_is(module: str, made_by: str, wait: str, words: str) -> None:
    """Not every program that waits for several sockets does so by select."""
    source = POLL.format(module=module, made=made_by, wait=wait)
    assert words in told(on_server("not-watched", "server-silent", source, record=STUCK))


LOOP = "while True:\n    data = conn.recv(1024)  # !!\n    if not data:\n        break\n    conn.sendall(data)\n"
BAD = "OSError: [Errno 9] Bad file descriptor"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (LOOP + "    conn.close()\n", "line 6 has closed it in an earlier turn of the loop"),
        (LOOP + "conn.close()\n", "that is closed already."),
        (LOOP + "with conn:\n    print(addr)\n", "that is closed already."),
        ("def work():\n    conn.recv(9)  # !!\nwith conn:\n    start(work)\n",
         "the with block of line 3 closes it at its end"),
        ("while True:\n    with conn:\n        data = conn.recv(9)  # !!\nconn.close()\n",
         "the with block of line 2 has closed it in an earlier turn of the loop"),
        ("with conn:\n    print(addr)\n" + LOOP, "the with block of line 1 closes it at its end"),
        ("conn.close()\n" + LOOP, "it is closed in line 1"),
        ("def work():\n    conn.recv(9)  # !!\n    conn.close()\nconn.close()\nwork()\n", "it is closed in line 4"),
    ],
)  # fmt: skip
def test_a_socket_is_closed_before_it_is_used(source: str, words: str) -> None:
    """A close further down is named only where a loop, or another function, brings it before."""
    assert words in told(on_server("used-after-close", "server-silent", source, BAD))


# --- much, and for ever ---------------------------------------------------------------------------------------------

HEARD = events(*REPLIED)
DONE = client() + "import time\n"
NUMBERED = b"".join(b"step %d of many, and what is said of each of them\n" % number for number in range(3000))


def flood(source: str, printed: bytes, line: int, **differs: object) -> RunRecord:
    """A client that had its reply, and printed this until it was stopped in this line."""
    seen = {"stopped": "output", "events": HEARD, "stack": (frame(line, "echo-client.py"),), **differs}
    return record("client", stdout=printed, **seen)


@pytest.mark.parametrize(
    ("loop", "printed", "differs", "entry"),
    [
        ("for i in range(60000):\n    print('step', i)\n", NUMBERED, {}, "output-limit"),
        ("for i in range(60000):\n    print('step')\n", b"step\n" * 9999, {}, "output-limit"),
        ("while i < 60000:\n    print('step', i)\n", NUMBERED, {}, "output-limit"),
        ("while True:\n    for one in data:\n        print(one)\n", NUMBERED, {}, "output-limit"),
        ("while True:\n    for one in data:\n        print(one)\n", b"72\n101\n" * 9999, {}, "loops-on"),
        ("while True:\n    print('step', i)\n", NUMBERED, {}, "loops-on"),
        ("for i in itertools.count():\n    print('step', i)\n", NUMBERED, {}, "loops-on"),
        ("for i in range(10**9):\n    pass\n", b"", {"stopped": "cpu"}, "cpu-limit"),
        ("while i < 10**9:\n    s.send(b'')\n", b"", {"stopped": "cpu"}, "loops-on"),
    ],
)  # fmt: skip
def test_what_is_long_is_not_said_to_be_endless(loop: str, printed: bytes, differs: dict[str, str], entry: str) -> None:
    """A log may have an end that lies beyond the limit."""
    ran = flood(DONE + loop, printed, len(DONE.splitlines()) + 2, **differs)
    found = explain(Finding(code="does-not-end", record=ran), {"echo-client.py": DONE + loop}, "", Limits())
    assert found.id == entry
    if entry == "output-limit":
        assert "more than the 4096 KB that it may" in found.reason
        assert "never ends" not in found.reason + found.next_step


def test_a_program_that_prints_at_once_too_much_is_in_no_loop() -> None:
    """Five megabytes in one line."""
    source = DONE + "print('x' * 5_000_000)\n"
    ran = flood(source, b"x" * 4_000_000, len(source.splitlines()))
    found = explain(Finding(code="does-not-end", record=ran), {"echo-client.py": source}, "", Limits())
    assert (found.id, found.line) == ("output-limit", 8)


# --- where two messages part ----------------------------------------------------------------------------------------


LETTERS = random.Random(1).randbytes(65536)


def changed_at(place: int) -> str:
    """What is told of a 64 KiB reply with another byte there."""
    actual = LETTERS[:place] + b"?" + LETTERS[place + 1 :]
    return told(on_server("", "server-altered", sends, **reply(LETTERS, actual)))


def test_two_excerpts_that_look_the_same_are_not_shown() -> None:
    """Where a long message differs later than its first bytes, the place is shown, with what stands around it."""
    before, byte, after = LETTERS[1015:1023], LETTERS[1023:1024], LETTERS[1024:1031]
    assert changed_at(1023).endswith(
        "other bytes than it received. The first difference is at byte 1023 (counting from 0): "
        f"expected {byte!r} (hex {byte.hex()}), got b'?' (hex 3f). "
        f"Around it: expected {before + byte + after!r}, got {before + b'?' + after!r}."
    )


def test_far_into_a_long_message_neither_the_place_is_told_nor_what_was_lost() -> None:
    """Full buffers decide how many bytes are lost, and where: both differ in every run."""
    lost = [told(on_server("", "server-altered", sends, **reply(LETTERS, LETTERS[:8192] + LETTERS[9432:])))]
    assert {changed_at(9000), changed_at(19456), *lost} == {changed_at(30000)}
    assert changed_at(19456).endswith(
        "other bytes than it received. The first difference comes more than 4 KiB after the beginning."
    )


def test_bytes_before_an_answer_are_told_only_where_the_whole_answer_follows() -> None:
    """A message whose end is as its beginning has something put in, and not the whole of itself before it."""
    sent = b"\0\xff\xfe\r\n \n\xc3(\t \r\n" + bytes(range(65, 91)) * 7 + b"\0\xff\xfe\r\n \n\xc3(\t \r\n"
    finding, sources = made(on_server("", "server-altered", sends, **reply(sent, sent[:6] + b"\n" + sent[6:])))
    assert explain(finding, sources, "", Limits()).id == "reply-line-end"
