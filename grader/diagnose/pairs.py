"""Two programs together: whose mistake it was, and programs that never meet."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, at_call, both, code
from grader.diagnose.generic import facts
from grader.model import RunRecord
from grader.verdicts import Finding, compare

no_records: Mapping[str, RunRecord] = {}
no_players: Mapping[str, str] = {}


def subject(finding: Finding, records: Mapping[str, RunRecord], players: Mapping[str, str], echoes: bool) -> Finding:
    """The finding about the student's program that is behind a finding about a pair.

    A reply that a client does not print is the server's mistake where a server that should echo did not.
    What a reference program did is never explained as if it were the student's.
    """
    if len(records) != 2 or finding.code.startswith("pair-"):
        return finding
    server = records["server"]
    heard, said = carried(server, "sent"), carried(server, "received")
    on_its_way = server.stopped not in (None, "stuck") and heard.startswith(said)
    if echoes and players.get("server") == "student" and heard != said and not on_its_way:
        given = {"sent": heard, "answered": 0, "index": 0}
        return Finding(code=f"server-{compare(heard, said)}", record=server, expected=heard, actual=said, facts=given)
    if players.get(finding.record.role, "student") == "student":
        return finding
    other = "server" if finding.record.role == "client" else "client"
    return Finding(code="pair-fails", record=records[other])


def carried(record: RunRecord, kind: str) -> bytes:
    """All bytes that were handed to a program (`sent`), or that came from it (`received`)."""
    return b"".join(event.data for event in record.events if event.kind == kind)


def addresses_known(finding: Finding, clues: Clues) -> bool:
    """Both addresses are known, and differ."""
    server, client = str(finding.facts.get("server", "")), str(finding.facts.get("client", ""))
    return ":" in server and ":" in client and server != client


PAIRS = (
    Entry(
        id="pair-addresses-differ",
        applies=both(code("pair-never-meet"), addresses_known),
        reason="Your two programs use different addresses: the server listens at {server}, and the client "
        "asks for {client}.",
        next_step="Give HOST and PORT the same values in both programs.",
        line=at_call("connect", "connect_ex", "create_connection", "open_connection"),
        fill=facts,
    ),
)
