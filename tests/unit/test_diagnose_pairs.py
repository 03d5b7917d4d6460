"""Two programs together: whose mistake it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from diagnosed import CLIENT, SERVER
from records import GREETING, events, record

from grader.diagnose import explain
from grader.model import Limits, RunRecord
from grader.verdicts import Finding


def said(finding: Finding, sources: dict[str, str] | None = None, **more: object) -> str:
    """The reason that is given."""
    return explain(finding, sources or {}, "Look again.", Limits(), **more).reason  # type: ignore[arg-type]


def pair(server_said: bytes, heard: bytes = GREETING) -> dict[str, RunRecord]:
    """A pair of which the server answered `server_said` to `heard`."""
    return {
        "server": record(stopped="stuck", events=events("connected", ("sent", heard), ("received", server_said))),
        "client": record("client", events=events("accepted", ("received", heard), ("sent", server_said))),
    }


def test_a_servers_mistake_is_not_told_as_the_clients() -> None:
    """The reference client did not print its reply because the student's server changed it."""
    both = pair(GREETING.upper())
    finding = Finding(code="reply-not-printed", record=both["client"], expected=GREETING)
    players = {"server": "student", "client": "reference"}
    assert said(finding, {}, records=both, players=players).startswith("Your server sends the message back upper-cased")


def test_where_no_reply_came_the_one_who_said_nothing_is_named() -> None:
    """A client that sends nothing, and a server that answers nothing: never the one that waits, never the reference."""
    quiet = {"server": record(events=events("connected")), "client": record("client", events=events("accepted"))}
    heard = {
        "server": record(stopped="wall", events=events("connected", ("sent", GREETING))),
        "client": record("client", events=events("accepted", ("received", GREETING))),
    }
    own = {"server": "student", "client": "student"}
    for both, players, whose in (
        (quiet, {"server": "reference", "client": "student"}, "client"),
        (quiet, own, "client"),
        (quiet, {"server": "student", "client": "reference"}, "server"),
        (heard, {"server": "student", "client": "reference"}, "server"),
        (heard, own, "server"),
    ):
        finding = Finding(code="reply-not-printed", record=both["client"])
        reason = said(finding, {}, records=both, players=players)
        assert reason.startswith(f"Your {whose}")
        assert "b''" not in reason


def test_a_client_that_talks_without_end_is_not_told_as_the_servers_mistake() -> None:
    """The answer to its last message was on its way when the client was stopped; the server only waited for it."""
    turns = [("sent", GREETING), ("received", GREETING)] * 100
    mirrored = [("received", GREETING), ("sent", GREETING)] * 100
    both = {
        "server": record(stopped="stuck", events=events("connected", *turns, ("sent", GREETING))),
        "client": record("client", stopped="stuck", events=events("accepted", *mirrored, ("received", GREETING))),
    }
    own = {"server": "student", "client": "student"}
    for role in own:
        finding = Finding(code="does-not-end", record=both[role])
        assert said(finding, {}, records=both, players=own).startswith("Your client")


def test_what_a_reference_program_did_is_never_the_students() -> None:
    """Where the server answered rightly, it is still the server that is spoken of."""
    both = pair(GREETING)
    finding = Finding(code="does-not-end", record=both["client"])
    players = {"server": "student", "client": "reference"}
    assert said(finding, {}, records=both, players=players).startswith("Your server")


def test_a_students_own_client_is_explained_where_the_server_is_right() -> None:
    """Both are the student's: the one that failed is explained."""
    both = pair(b"Hi", b"Hi")
    finding = Finding(code="reply-not-printed", record=both["client"], expected=GREETING)
    players = {"server": "student", "client": "student"}
    assert said(finding, {}, records=both, players=players).startswith("Your client")


def test_a_changed_reply_is_no_mistake_where_the_assignment_asks_for_it() -> None:
    """A server that is to upper-case is not told to send back what it received."""
    both = pair(GREETING.upper())
    finding = Finding(code="reply-not-printed", record=both["client"], expected=GREETING.upper())
    own = {"server": "student", "client": "student"}
    assert said(finding, {}, records=both, players=own).startswith("Your server sends the message back upper-cased")
    assert said(finding, {}, records=both, players=own, echoes=False).startswith("Your client")
    with_ours = {"server": "student", "client": "reference"}
    text = said(finding, {}, records=both, players=with_ours, echoes=False)
    assert text.startswith("Your server")
    assert "upper-cased" not in text


@pytest.mark.parametrize(
    ("role", "own", "line"),
    [
        ("server", {"host": "127.0.1.1"}, 2),
        ("server", {"port": 5000}, 3),
        ("client", {"host": "127.0.1.1"}, 2),
        ("client", {"port": 5000}, 3),
    ],
)
def test_of_two_that_never_meet_the_one_at_another_address_is_shown(
    role: str, own: dict[str, object], line: int
) -> None:
    """Its own line is to be changed; the other program is as the assignment wants it."""
    both = {"server": record(stopped="stuck"), "client": record("client", exit_code=1)}
    both[role] = replace(both[role], **own)  # type: ignore[arg-type]
    told = {"server": "127.0.0.1:65432", "client": "127.0.0.1:65432"}
    told[role] = f"{own.get('host', '127.0.0.1')}:{own.get('port', 65432)}"
    sources = {"echo-server.py": SERVER, "echo-client.py": CLIENT}
    for value in own.values():
        sources[f"echo-{role}.py"] = sources[f"echo-{role}.py"].replace(
            "127.0.0.1" if line == 2 else "65432", str(value)
        )
    finding = Finding(code="pair-never-meet", record=both["client"], facts=told)
    players = {"server": "student", "client": "student"}
    found = explain(finding, sources, "Look again.", Limits(), records=both, players=players)
    assert (found.id, found.file, found.line) == ("pair-addresses-differ", f"echo-{role}.py", line)
