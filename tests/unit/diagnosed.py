"""Cases for the catalogue of diagnoses: a record, a source, and the entry and the line that must come out.

In the sources `# <--` marks the line that the diagnosis has to point at, `# !!` the line that raises or waits where
that is another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from records import GREETING, events, record, traceback

from grader.diagnose import explain
from grader.model import Frame, Limits, Socket
from grader.verdicts import Finding

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


def on_server(entry: str, code: str, source: str, raises: str = "", **rest: Any) -> Case:
    return Case(entry, code, source, raises, role="server", **rest)


def on_client(entry: str, code: str, source: str, raises: str = "", **rest: Any) -> Case:
    return Case(entry, code, source, raises, role="client", **rest)


def reply(
    expected: bytes, actual: bytes, *, index: int = 0, answered: int = 0, heard: tuple[bytes, ...] = ()
) -> dict[str, Any]:
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


def message(actual: bytes) -> dict[str, Any]:
    """Finding and record of a client that sent `actual`."""
    return {
        "finding": {"expected": GREETING, "actual": actual},
        "record": {"events": events("accepted", ("received", actual))},
    }


STUCK = {"stopped": "stuck", "events": events(*MET)}
UDP_ROW = Socket(protocol="udp", host="127.0.0.1", port=65432, state="close")
mark = "  # <--"
sends = server(("sendall(data)", "sendall(data)" + mark))


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


def check(case: Case) -> None:
    """The entry, and the student's own line, that a case must give."""
    finding, sources = made(case)
    found = explain(finding, sources, "Look again.", Limits())
    assert (found.id, found.line) == (case.entry, marked(case.source, "# <--"))
    if found.line is not None:
        assert found.file == f"echo-{case.role}.py"
        assert "# <--" in (found.source or "")
    assert found.reason[0].isupper()
    assert found.reason[-1] in ".?"
    assert found.next_step
    assert "{" not in found.reason + found.next_step
