"""The catalogue as a whole: every entry is proved by a case, and good programs get no advice."""

from __future__ import annotations

from typing import Any

import pytest
import test_diagnose_abroad as abroad
import test_diagnose_addresses as addresses
import test_diagnose_begun as begun
import test_diagnose_calls as calls
import test_diagnose_client as client_side
import test_diagnose_connections as connections
import test_diagnose_generic as generic
import test_diagnose_hidden as hidden
import test_diagnose_loading as loading
import test_diagnose_loops as loops
import test_diagnose_machine as machine
import test_diagnose_output as output
import test_diagnose_patience as patience
import test_diagnose_server as server_side
import test_diagnose_undone as undone
from diagnosed import CLIENT, SERVER, client, mark, marked, server
from records import dial, listener, record

from grader.diagnose import advice
from grader.diagnose.catalogue import ADVICE, CATALOGUE

PARTS = [
    loading.LOADING, loading.TODOS, addresses.ADDRESSES, calls.CALLS, server_side.SERVERS, server_side.REPLIES,
    client_side.CLIENTS, client_side.LIMITS, generic.GENERIC, hidden.HIDDEN, undone.UNDONE,
    abroad.UNREAD, abroad.ABROAD, abroad.SHOWN, abroad.SERVERS,
    begun.BEGUN, begun.OPEN, loops.LOOPS, abroad.ERRORS, machine.MACHINE, output.OUTPUT, connections.CONNECTIONS,
    patience.PATIENCE,
]  # fmt: skip


def test_every_entry_has_a_case() -> None:
    """No entry without the record that proves it."""
    newer = set() if abroad.OLDER else {"newer-syntax", "newer-library"}  # for a Python that has been there for long
    assert {entry.id for entry in CATALOGUE} == {case.entry for part in PARTS for case in part} | newer


def test_ids_are_unique() -> None:
    """An id names one entry."""
    ids = [entry.id for entry in (*CATALOGUE, *ADVICE)]
    assert len(ids) == len(set(ids))


ADVICE_CASES = [
    (
        "listens-everywhere",
        "server",
        server(('"127.0.0.1"', '"0.0.0.0"' + mark)),
        {"sockets": (listener("0.0.0.0"),)},
        {},
    ),
    (
        "connects-to-any",
        "client",
        client(('"127.0.0.1"', '"0.0.0.0"' + mark)),
        {"dials": (dial("connect", "0.0.0.0"),)},
        {},
    ),
    ("shadowing-file", "server", SERVER, {}, {"queue.py": ""}),
    (
        "starts-its-server",
        "client",
        client(("s.connect", "os.system('python3 echo-server.py &')  # <--\ns.connect")),
        {"dials": (dial("connect"),)},
        {"echo-server.py": SERVER},
    ),
]


@pytest.mark.parametrize(("entry", "role", "source", "differs", "files"), ADVICE_CASES)
def test_what_works_and_surprises_is_told(
    entry: str, role: str, source: str, differs: dict[str, Any], files: dict[str, str]
) -> None:
    """A check that passed may carry advice."""
    found = advice(record(role, **differs), {f"echo-{role}.py": source, **files})
    assert found is not None
    assert (found.id, found.line) == (entry, marked(source, "# <--"))


STARTS_OTHERS = client(("s.connect", "subprocess.run(['echo', 'echo-server.py?'])\nsubprocess.run(['ls'])\ns.connect"))


def test_a_client_that_starts_something_else_gets_no_advice() -> None:
    """Another program, one that is not there, or a file of the student's own that is no server."""
    seen = record("client", dials=(dial("connect"),))
    assert advice(seen, {"echo-client.py": STARTS_OTHERS}) is None
    assert advice(seen, {"echo-client.py": STARTS_OTHERS, "echo-server.py": CLIENT}) is None


@pytest.mark.parametrize(("role", "source"), [("server", SERVER), ("client", CLIENT)])
def test_nothing_is_said_of_a_good_program(role: str, source: str) -> None:
    """Correct programs get no advice."""
    rows = {"sockets": (listener(),)} if role == "server" else {"dials": (dial("connect"),)}
    assert advice(record(role, **rows), {f"echo-{role}.py": source}) is None
