"""Two programs together: whose mistake it was, and programs that never meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.diagnose.address import address_calls, at_value
from grader.diagnose.clues import Clues
from grader.diagnose.connections import unused_first
from grader.diagnose.entry import Entry, both, code
from grader.diagnose.generic import facts
from grader.diagnose.trace import Place
from grader.heard import compare
from grader.model import RunRecord
from grader.seen import met_directly
from grader.verdicts import Finding

MANY = 100  # messages of a client that goes on without end; one that sends its greeting in pieces sends fewer

no_records: Mapping[str, RunRecord] = {}
no_players: Mapping[str, str] = {}


def subject(
    finding: Finding, records: Mapping[str, RunRecord], players: Mapping[str, str], echoes: bool, address: str
) -> Finding:
    """The finding about the student's program that is behind a finding about a pair.

    A reply that a client does not print is the server's mistake where a server that should echo did not, unless the
    client spent the server on a connection that it did not use. Where another answer is due, it is the server's where
    that stopped with an error and the client did not.
    What a reference program did is never explained as if it were the student's. Of two that never meet it is the server
    where the client asks for the assignment's `address`.
    """
    if len(records) == 2 and finding.code == "pair-never-meet":
        strays = "server" if finding.facts.get("client") == address else "client"
        facts = {**finding.facts, "server": bound_where(finding, records["server"])}
        return replace(finding, record=records[strays], facts=facts)
    if len(records) != 2 or finding.code.startswith("pair-"):
        return finding
    server, client = records["server"], records["client"]
    spent = players.get("client") == "student" and unused_first(client) and not carried(server, "received")
    if spent and finding.record.role == "client":
        return finding
    if finding.code == "reply-not-printed" and not finding.expected and not met_directly(finding.record):
        return unanswered(finding, records, players)
    heard, said = carried(server, "sent"), carried(server, "received")
    cut_off = any(one.stopped not in (None, "stuck") for one in (server, client))
    on_its_way = cut_off and bool(said) and heard.startswith(said)
    if players.get("client") == "student" and goes_on(client, server) and heard.startswith(said):
        return Finding(code="does-not-end", record=client)
    if echoes and players.get("server") == "student" and heard != said and not on_its_way:
        given = {"sent": heard, "answered": 0, "index": 0}
        return Finding(code=f"server-{compare(heard, said)}", record=server, expected=heard, actual=said, facts=given)
    if not echoes and finding.code == "reply-not-printed" and players.get("server") == "student":
        broke = (server.exit_code or 0) > 0 and client.exit_code == 0
        if broke and finding.expected not in carried(client, "sent"):
            return Finding(code="exit-status", record=server, facts={"status": server.exit_code})
    if players.get(finding.record.role, "student") == "student":
        return finding
    other = "server" if finding.record.role == "client" else "client"
    message = carried(client, "received")
    if other == "server" and echoes and message and not said and not heard and not met_directly(finding.record):
        facts = {"sent": message, "answered": 0, "index": 0}  # it was gone before the message could reach it
        return Finding(code="server-silent", record=server, expected=message, facts=facts)
    return Finding(code="pair-fails", record=records[other])


def bound_where(finding: Finding, server: RunRecord) -> str:
    """The address at which a server listens, as it asked for it: one that is open at every address of the machine was
    met at one of them."""
    told = str(finding.facts.get("server", ""))
    asked = next((dial.host for dial in server.dials if dial.call == "bind" and dial.port == server.port), None)
    everywhere = {"": "0.0.0.0", "0.0.0.0": "0.0.0.0", "::": "[::]"}.get(asked or "") if asked is not None else None
    return told if everywhere is None else told.replace(server.host, everywhere, 1)


def goes_on(client: RunRecord, server: RunRecord) -> bool:
    """Whether a client had many answers and did not end, so that the server had to wait for it."""
    turns = sum(event.kind == "received" for event in client.events)
    return client.stopped is not None and server.stopped is not None and turns >= MANY


def unanswered(finding: Finding, records: Mapping[str, RunRecord], players: Mapping[str, str]) -> Finding:
    """The finding about the one who said nothing, where a client of a pair got no reply that it could print."""
    server, client = records["server"], records["client"]
    message = carried(client, "received")
    if not message and players.get("client", "student") == "student":
        return Finding(code="client-silent", record=client)
    if not carried(server, "received") and players.get("server", "student") == "student":
        facts = {"sent": message, "answered": 0, "index": 0}
        return Finding(code="server-silent", record=server, expected=message, facts=facts)
    if players.get(finding.record.role, "student") == "student":
        return finding
    return Finding(code="pair-fails", record=server if finding.record.role == "client" else client)


def carried(record: RunRecord, kind: str) -> bytes:
    """All bytes that were handed to a program (`sent`), or that came from it (`received`)."""
    return b"".join(event.data for event in record.events if event.kind == kind)


def addresses_known(finding: Finding, clues: Clues) -> bool:
    """Both addresses are known, and differ."""
    server, client = str(finding.facts.get("server", "")), str(finding.facts.get("client", ""))
    return ":" in server and ":" in client and server != client


def at_stray(finding: Finding, clues: Clues) -> Place | None:
    """Where the program gets the host or the port that is not the assignment's, else the call that uses them."""
    host, _, port = str(finding.facts.get(clues.role, "")).rpartition(":")
    strays: list[object] = [host] if host not in ("", clues.expected_host) else []
    strays += [port, int(port)] if port.isdigit() and int(port) != clues.expected_port else []
    return at_value(*strays, clues=clues) or address_calls(finding, clues)


PAIRS = (
    Entry(
        id="pair-addresses-differ",
        applies=both(code("pair-never-meet"), addresses_known),
        reason="Your two programs use different addresses: the server listens at {server}, and the client "
        "asks for {client}.",
        next_step="Give HOST and PORT the values of the assignment, in both programs.",
        line=at_stray,
        fill=facts,
    ),
)
