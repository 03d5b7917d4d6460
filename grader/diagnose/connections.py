"""Connections of another kind than the assignment's: one too many, one that a server opens, one that speaks HTTP."""

from __future__ import annotations

import re

from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, Found, at_name, both, code, is_cause, role
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.model import RunRecord
from grader.verdicts import Finding

CONNECTS = ("connect", "connect_ex", "create_connection", "open_connection", "sock_connect")
LISTENS = ("listen", "create_server", "start_server", "TCPServer", "ThreadingTCPServer")
HTTP_SERVERS = ("BaseHTTPRequestHandler", "SimpleHTTPRequestHandler", "HTTPServer", "ThreadingHTTPServer")
HTTP_CLIENTS = ("HTTPConnection", "urlopen", "http", "urllib", "xmlrpc")
REQUEST = re.compile(rb"[A-Z]{3,7} [^\r\n]* HTTP/1\.[01]\r\n")
CUT_OFF = ("ConnectionRefusedError", "ConnectionResetError", "ConnectionAbortedError", "BrokenPipeError")
CLOSED, KEPT = "closes it again without a word", "says nothing on it"


def unused_first(record: RunRecord) -> str:
    """What a client does with its first connection, where it says nothing on that one and goes on with another; an
    empty string where it does otherwise."""
    kinds = [(event.kind, event.connection > 0) for event in record.events]
    if record.role != "client" or ("accepted", False) not in kinds or ("received", False) in kinds:
        return ""
    talks = kinds.index(("received", True)) if ("received", True) in kinds else len(kinds)
    if {("fin-received", False), ("reset", False)} & set(kinds[:talks]):
        asked = [(dial.host, dial.port) for dial in record.dials if dial.call == "connect"]
        return CLOSED if talks < len(kinds) or len(asked) > len(set(asked)) else ""
    return KEPT if talks < len(kinds) else ""


def spent_first(finding: Finding, clues: Clues) -> Found | None:
    """The call that opens the first connection, where the client talks on another one or is cut off on it."""
    place, used = first_line(clues), unused_first(clues.record)
    cut_off = clues.trace is not None and clues.trace.kind in CUT_OFF
    return Found(place=place, words={"used": used}) if place and used and (clues.said or cut_off) else None


def first_line(clues: Clues) -> Place | None:
    """The first line that asks for a connection."""
    return clues.place_of(*CONNECTS)


def reads_elsewhere(finding: Finding, clues: Clues) -> Found | None:
    """The call that receives on a further connection, which was broken off, where all was said on the first."""
    spoke = {event.connection for event in clues.events("received")}
    more = any(event.connection for event in clues.events("accepted"))
    cut_off = clues.trace is not None and clues.trace.kind in CUT_OFF
    reads = cut_off and any(call.name in RECEIVES for call in clues.raising)
    place = clues.trace.place if clues.trace is not None else None
    return Found(place=place) if place is not None and more and reads and spoke == {0} else None


def talks_again(finding: Finding, clues: Clues) -> Found | None:
    """Where the client was stopped or cut off on a further connection, where all had been said and answered on one
    before: on that nobody answers any more."""
    spoke = [event.connection for event in clues.events("received")]
    later = next((one for one in spoke if one != spoke[0]), None)
    replied = {event.connection for event in clues.events("sent")}
    cut_off = clues.trace is not None and clues.trace.kind in CUT_OFF
    place = clues.trace.place if cut_off and clues.trace is not None else None
    place = place or (clues.waiting.place if clues.waiting is not None else None)
    ended = later is not None and spoke[0] in replied and later not in replied
    return Found(place=place) if ended and place is not None else None


def speaks_http(finding: Finding, clues: Clues) -> bool:
    """A client that let a library send a request of HTTP, or a server that waits for them."""
    if clues.role == "server":
        return clues.uses(*HTTP_SERVERS) and not clues.uses("accept", "sock_accept", *LISTENS)
    return clues.uses(*HTTP_CLIENTS) and REQUEST.match(clues.said) is not None


def connecting(finding: Finding, clues: Clues) -> Found | None:
    """The call by which a server asks for a connection: one that is refused, one in the place of listen, or the one
    over which it sends all that it sends."""
    trace, place = clues.trace, first_line(clues)
    if trace is not None:
        refused = trace.kind == "ConnectionRefusedError" and any(call.name in CONNECTS for call in clues.raising)
        return Found(place=trace.place) if refused and trace.place is not None else None
    if place is None or not clues.dials("connect"):
        return None
    instead = finding.code == "never-listens" and not clues.uses(*LISTENS)
    owners = {call.owner for call in clues.calls(*CONNECTS) if call.owner}
    sends = clues.wire_calls(*SENDS)
    elsewhere = finding.code == "server-silent" and bool(sends) and all(call.owner in owners for call in sends)
    return Found(place=place) if instead or elsewhere else None


CONNECTIONS = (
    Entry(
        id="speaks-http",
        applies=both(
            code("server-silent", "server-partial", "server-altered", "server-extra", "server-late", "client-altered",
                 "client-extra", "client-late", "reply-not-printed", "does-not-end", "exit-status", "pair-fails"),
            speaks_http,
        ),
        reason="Your {role} speaks HTTP, which puts lines of its own before what is said; the assignment's programs "
        "send their bytes as they are.",
        next_step="Write it with the module socket: what is handed to sendall goes out as it is, and recv returns what "
        "has come.",
        line=at_name(*HTTP_SERVERS, *HTTP_CLIENTS, "request"),
    ),
    Entry(
        id="first-connection-unused",
        applies=both(
            role("client"),
            code("client-late", "client-silent", "client-partial", "reply-not-printed", "does-not-end", "exit-status"),
        ),
        reason="Your client opens a connection{on_line} and {used}; it talks on another one. The assignment's server "
        "serves one connection: this one uses it up, and nobody answers on the other.",
        next_step="Open one connection, and send and receive on that one. connect says by itself whether a server is "
        "there: it raises an error where there is none.",
        found=spent_first,
    ),
    Entry(
        id="reply-on-another-connection",
        applies=both(role("client"), code("reply-not-printed", "does-not-end", "exit-status", "pair-fails")),
        reason="Your client receives{where} on another connection than the one on which it has sent its message. The "
        "assignment's server serves one connection, and this one is broken off.",
        next_step="A reply comes on the connection on which the message went out: use one for both.",
        found=reads_elsewhere,
    ),
    Entry(
        id="exchange-again",
        applies=both(role("client"), code("reply-not-printed", "does-not-end", "exit-status", "pair-fails")),
        reason="Your client has its reply, and then opens another connection and sends more on that; it comes to no "
        "end there{on_line}. The assignment's server serves one connection.",
        next_step="One connection and one message are all: look for what is done twice, a loop, or a function that is "
        "called again, and do it once.",
        found=talks_again,
    ),
    Entry(
        id="server-connects",
        applies=both(
            role("server"),
            code("never-listens", "address-not-printed", "server-silent", "server-partial", "server-late",
                 "does-not-end", "exit-status", "pair-fails"),
            is_cause,
        ),
        reason="Your server asks for a connection itself{on_line}, which is what a client does.",
        next_step="A server connects nowhere: it binds its address, listens, and accepts; what it has to say goes out "
        "on the connection that accept returned, the only one on which its client reads.",
        found=connecting,
    ),
)  # fmt: skip
