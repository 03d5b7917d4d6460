"""Servers that wait for more than one message brings: for a line end, a number of bytes, or the end of the stream."""

from __future__ import annotations

from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    ADVICE_ONLY,
    Entry,
    Found,
    asked,
    at_call,
    at_flow,
    both,
    code,
    first_of,
    flows,
    message,
    role,
    unexplained,
)
from grader.diagnose.source import Call
from grader.diagnose.tree import RECEIVES
from grader.diagnose.words import plain
from grader.verdicts import Finding


def wants_line(finding: Finding, clues: Clues) -> bool:
    """Lines are read, and what was sent has no line end, or goes on behind its last one."""
    lines = bool(clues.calls("readline", "readlines", "readuntil")) or flows("line_loops")(finding, clues)
    reads = lines and not clues.calls("recv", "read")
    return reads and not message(finding).endswith(b"\n")


def fills_up(call: Call, clues: Clues) -> bool:
    """Whether a call that receives returns only when it has as many bytes as it asks for."""
    files = [name for one in clues.sources for name in one.flow.files]
    of_file = call.owner in (*files, "self.rfile") or "makefile(" in call.owner
    filling = call.name in ("read", "readinto") and call.arguments > 0 and of_file
    return call.name == "readexactly" or "WAITALL" in call.text or filling


def wants_size(finding: Finding, clues: Clues) -> Found | None:
    """The first call that receives, where all of them wait for a number of bytes that the message is no multiple of."""
    reads = clues.wire_calls(*RECEIVES)
    sizes = [size for call in reads for size in call.sizes[:1] if size > 0]
    fits = any(len(message(finding)) % size == 0 for size in sizes)
    place = clues.place_of_call(reads[0]) if reads else None
    if place is None or fits or not all(fills_up(call, clues) for call in reads):
        return None
    return Found(place=place, words={"name": plain(reads[0].text), "instead": instead(clues)})


def instead(clues: Clues) -> str:
    """A call that returns what is there, of the kind that the program uses."""
    streams = clues.uses("open_connection", "start_server")
    return "read of the reader, given the most that it may return" if streams else "recv of the connection"


def wants_end(finding: Finding, clues: Clues) -> bool:
    """Everything up to the end of the stream is read at once."""
    reads = clues.calls(*RECEIVES)
    return bool(reads) and all(call.name == "read" and call.arguments == 0 for call in reads)


PORTIONS = (
    Entry(
        id="waits-for-line-end",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent", "server-late", "server-partial"), role("server"), asked, wants_line),
        reason="Your server reads whole lines, and waits for a line end that the client's message does not have.",
        next_step="Read with a call that returns what is there: {instead}.",
        line=first_of(at_call("readline", "readlines", "readuntil"), at_flow("line_loops")),
        fill=lambda finding, clues: {"instead": instead(clues)},
    ),
    Entry(
        id="waits-for-size",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent", "server-late", "server-partial"), role("server"), asked, unexplained),
        reason="Your server calls {name}, which returns only when it has all the bytes that it asks for, and the "
        "client's message has another number of bytes.",
        next_step="Read with a call that returns what is there: {instead}.",
        found=wants_size,
    ),
    Entry(
        id="reads-until-end",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent", "server-late"), asked, wants_end),
        reason="Your server reads until the client closes, and a client that waits for its answer does not close.",
        next_step="Give read the most that it may return at a time, and send that back inside a loop.",
        line=at_call("read"),
    ),
)
