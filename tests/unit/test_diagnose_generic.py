"""The last resort: one entry for each code of a finding. One record for each entry of the catalogue."""

from __future__ import annotations

import pytest
from diagnosed import (
    HEARD,
    REPLIED,
    REPLY,
    SERVER,
    STUCK,
    Case,
    check,
    client,
    mark,
    message,
    on_client,
    on_server,
    reply,
    sends,
    server,
)
from records import GREETING, dial, events

GENERIC = [
    on_server("stuck", "does-not-end", server(("recv(1024)", "recv(1024)" + mark)), waits=True, record=STUCK),
    on_server("never-listens", "never-listens", server(("s.listen()", "s.listen()" + mark))),
    on_client("never-connects", "never-connects", client(("((HOST, PORT))", "((HOST, PORT))" + mark))),
    on_server(
        "listens-elsewhere",
        "listens-elsewhere",
        server(("((HOST, PORT))", "((HOST, PORT))" + mark)),
        finding={"facts": {"host": "127.0.0.1", "port": 65432}},
        record={"dials": (dial("bind"),)},
    ),
    on_client(
        "connects-elsewhere",
        "connects-elsewhere",
        client(("((HOST, PORT))", "((HOST, PORT))" + mark)),
        finding={"facts": {"host": "127.0.0.1", "port": 65432}},
    ),
    on_client(
        "connection-failed",
        "connection-failed",
        client(("((HOST, PORT))", "((HOST, PORT))" + mark)),
        finding={"facts": {"host": "127.0.0.1", "port": 65432}},
    ),
    on_server(
        "server-silent",
        "server-silent",
        server(("sendall(data)", "sendall(data)" + mark)),
        record={"stopped": "finished"},
    ),
    on_server("server-partial", "server-partial", sends, **reply(GREETING * 200, GREETING)),
    on_server("server-altered", "server-altered", sends, **reply(GREETING, b"something else")),
    on_server("server-extra", "server-extra", sends, finding={"actual": b""}),
    on_server("server-late", "server-late", sends),
    on_client("client-late", "client-late", client(('world")', 'world")' + mark))),
    on_server(
        "server-early",
        "server-early",
        server(("while True", 'conn.sendall(b"hi")  # <--\nwhile True')),
        finding={"actual": b"hi", "expected": GREETING},
    ),
    on_server("server-early", "server-early", sends, finding={"actual": b"hi", "expected": GREETING}),
    on_client(
        "client-elsewhere",
        "client-elsewhere",
        client(("print(", 's.connect((HOST, PORT))\ns.sendall(b"bye")  # <--\nprint(')),
        finding={"actual": b"bye", "expected": GREETING},
    ),
    on_client(
        "client-elsewhere",
        "client-elsewhere",
        client(("print(", "s.connect((HOST, PORT))  # <--\ns.sendall(data)\nprint(")),
        finding={"actual": b"bye", "expected": GREETING},
    ),
    on_client("client-silent", "client-silent", client(('world")', 'world")' + mark))),
    on_client(
        "client-partial",
        "client-partial",
        client(("Hello, world", "Hello"), ('Hello")', 'Hello")' + mark)),
        **message(b"Hello"),
    ),
    on_client(
        "client-altered",
        "client-altered",
        client(("Hello, world", "Hello, workd"), ('workd")', 'workd")' + mark)),
        **message(b"Hello, workd"),
    ),
    on_client(
        "client-extra",
        "client-extra",
        client(("Hello, world", "Hello, world 1"), ('1")', '1")' + mark)),
        **message(b"Hello, world 1"),
    ),
    on_server(
        "address-not-printed",
        "address-not-printed",
        server(('print("Connected by", addr)\n', ""), ("accept()", "accept()" + mark)),
        record={"stdout": b"hi\n"},
    ),
    on_client(
        "no-reply",
        "reply-not-printed",
        client(("s.recv(1024)", "s.recv(1024)" + mark)),
        finding=REPLY,
        record={"events": events(*HEARD), "stdout": b"Received b''\n"},
    ),
    on_client(
        "reply-not-printed",
        "reply-not-printed",
        client(("repr(data))", "len(set(data)))" + mark)),
        finding=REPLY,
        record={"events": events(*REPLIED), "stdout": b"Received 9\n"},
    ),
    on_server(
        "text-not-printed",
        "text-not-printed",
        server((", addr)", ", addr)" + mark)),
        finding={"expected": b"Ready"},
    ),
    on_server(
        "wording-differs",
        "wording-differs",
        server((", addr)", ", addr)" + mark)),
        finding={"facts": {"line": "Connected by x"}},
    ),
    on_server("prints-something", "prints-something", server((", addr)", ", addr)" + mark))),
    on_server("does-not-end", "does-not-end", SERVER, record={"stopped": "stuck"}),
    on_server("killed", "killed", SERVER, record={"signal": 11}),
    on_server("exit-status", "exit-status", SERVER, record={"exit_code": 3}),
    on_client("claims-success", "claims-success", client(("repr(data))", "1)" + mark))),
    on_client("refusal-hidden", "refusal-hidden", client(("((HOST, PORT))", "((HOST, PORT))" + mark))),
    on_server("pair-server-never-listens", "pair-server-never-listens", SERVER),
    on_client(
        "pair-never-meet",
        "pair-never-meet",
        client(("((HOST, PORT))", "((HOST, PORT))" + mark)),
        finding={"facts": {"server": "a:1", "client": "no address"}},
    ),
    on_server("pair-fails", "pair-fails", SERVER),
    on_server("unexplained", "a-code-of-tomorrow", SERVER),
]


@pytest.mark.parametrize("case", GENERIC, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)
