"""Servers that answer, and not with the bytes that they received."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose import changes
from grader.diagnose.clues import Clues
from grader.diagnose.connections import CUT_OFF
from grader.diagnose.entry import (
    ADVICE_ONLY,
    WHOLE,
    Entry,
    Found,
    asked,
    at_call,
    both,
    code,
    first_of,
    message,
    no,
    role,
    uses,
)  # fmt: skip
from grader.diagnose.todos import DONE_BY
from grader.diagnose.trace import Place
from grader.diagnose.tree import SENDS
from grader.diagnose.words import bytes_words, plain
from grader.verdicts import Finding

LARGE = 4096  # bytes from which on send may take only a part of what it is given
IMPATIENT = ("settimeout", "setblocking", "setdefaulttimeout", "set_blocking", "MSG_DONTWAIT", "SO_SNDTIMEO")
KINDS = (b" \t\n\r\x0b\x0c", b"\0", bytes(range(128, 256)))  # blanks and line ends, zeros, all but ASCII

send_line = at_call("sendall", "send", "write", "sendto", "sendmsg")
wrong_bytes = code("server-altered", "server-extra", "server-partial")


def lost_some(finding: Finding, clues: Clues) -> bool:
    """Bytes of a large message are missing, and it is send, not sendall, that sends them, on a socket that does not
    wait for long: on one that waits, send takes all that it is given."""
    fewer = 0 < len(finding.actual) < len(finding.expected)
    sends = bool(clues.calls("send")) and not clues.calls("sendall") and clues.uses(*IMPATIENT)
    sends = sends and clues.record.stopped not in ("wall", "cpu")  # it was still at work: the rest was yet to come
    return fewer and len(finding.expected) > LARGE and sends and not left_out(finding)


def is_long_echo(finding: Finding, clues: Clues) -> bool:
    """A long message, or several, were to come back as they were. A check's own hint is about what is missing then."""
    several = len(finding.expected) > LARGE or len(changes.messages(clues)) > 1
    return finding.facts.get("sent") == finding.expected and several


def is_unchanged(finding: Finding, clues: Clues) -> bool:
    """The message came back as it was, where it should have been made into something else."""
    return finding.actual == message(finding) != finding.expected


def at_last_send(finding: Finding, clues: Clues) -> Place | None:
    """The last call that sends: what comes first may be a greeting."""
    sends = clues.wire_calls(*SENDS)
    return clues.place_of_call(sends[-1]) if sends else None


def left_out(finding: Finding) -> bool:
    """All that is missing is of one kind, as of bytes that the program itself takes out."""
    expected, actual = finding.expected, finding.actual
    kept = ((expected.translate(None, kind), actual.translate(None, kind)) for kind in KINDS)
    return not expected.startswith(actual) and any(whole.startswith(part) for whole, part in kept)


def at_added(finding: Finding, clues: Clues) -> Place | None:
    """The call that sends just what was put in after the answer."""
    return clues.place_sent(changes.inserted(finding, clues)[1])


def at_put_before(finding: Finding, clues: Clues) -> Place | None:
    """The call that sends just what was put in before the answer."""
    return clues.place_sent(changes.inserted(finding, clues)[1], first=True)


def at_canned(finding: Finding, clues: Clues) -> Place | None:
    """The call that sends the text of the program's own."""
    return clues.place_sent(finding.actual, first=True)


def fragments(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What was changed, put in, or left out."""
    return {
        "change": changes.change(finding, clues),
        "added": bytes_words(changes.inserted(finding, clues)[1]),
        "dropped": bytes_words(changes.dropped(finding, clues)),
    }


def stale(finding: Finding, clues: Clues) -> Found | None:
    """The call in front of a loop that sends what it has received, and nothing else, again and again."""
    if clues.trace is not None and clues.trace.kind not in CUT_OFF:
        return None
    for source in clues.sources:
        for name, line, loop in source.flow.stale_loops:
            return Found(place=Place(file=source.path, line=line), words={"name": plain(name), "loop": str(loop)})
    return None


LOST = (
    Entry(
        id="received-before-loop",
        applies=both(
            role("server"),
            code("server-altered", "server-extra", "server-partial", "server-late", "does-not-end", "exit-status",
                 "pair-fails"),
        ),
        reason="Your server receives once, in front of its loop{on_line}, and the loop (line {loop}) sends {name}, "
        "which never changes there, again and again.",
        next_step="Receive inside the loop, so that each turn sends what has come since, and leave it when recv has "
        "returned b''.",
        found=stale,
    ),
    Entry(
        id="send-not-all",
        echo=ADVICE_ONLY,
        applies=both(code("server-partial", "server-altered"), lost_some),
        reason="Bytes of a large message get lost on their way back. Your server uses send, which may take "
        "only a part of "
        "what it is given.",
        next_step="Use sendall, which sends all of it, or look at the number that send returns.",
        line=at_call("send"),
    ),
)  # fmt: skip

REPLIES = (
    Entry(
        id="reply-unchanged",
        applies=both(wrong_bytes, asked, is_unchanged),
        reason="Your server sends the message back as it came: {actual}; expected {expected}.",
        line=at_last_send,
    ),
    Entry(
        id="reply-twice",
        echo=ADVICE_ONLY,
        applies=both(wrong_bytes, changes.is_doubled),
        reason="Your server sends each message back twice.",
        next_step="Send each piece back once.",
        line=send_line,
    ),
    Entry(
        id="reply-padded",
        echo=ADVICE_ONLY,
        applies=both(wrong_bytes, changes.is_padding),
        reason="Your server sends zero bytes after the message: its whole buffer, not only what was received.",
        next_step="Send back only as many bytes as were received.",
        line=send_line,
    ),
    Entry(
        id="reply-repr",
        echo=ADVICE_ONLY,
        applies=both(wrong_bytes, changes.is_repr),
        reason="Your server sends back the way Python writes the bytes, {actual}, instead of the bytes, {expected}.",
        next_step="Do not turn the bytes into text with str or repr: hand on what recv returned.",
        line=send_line,
    ),
    Entry(
        id="reply-accumulates",
        echo=WHOLE,
        applies=both(wrong_bytes, changes.is_accumulated),
        reason="Your server sends back all that it has received so far, and not only what came last.",
        next_step="Send just what this recv has returned.",
        line=send_line,
    ),
    Entry(
        id="reply-late-message",
        echo=WHOLE,
        applies=both(wrong_bytes, changes.is_previous),
        reason="Your server answers with an earlier message: {actual}; expected {expected}.",
        next_step="Send back what this recv has returned, not what an earlier one did.",
        line=send_line,
    ),
    Entry(
        id="reply-changed",
        echo=WHOLE,
        applies=both(wrong_bytes, lambda finding, clues: bool(changes.change(finding, clues))),
        reason="Your server sends the message back {change}{compared}",
        next_step="Send back exactly the bytes that recv returned, unchanged.",
        line=send_line,
        fill=fragments,
    ),
    Entry(
        id="reply-line-end",
        echo=ADVICE_ONLY,
        applies=both(wrong_bytes, asked, changes.is_line_end),
        reason="Your server adds a line end, {added}, to what it sends back.",
        next_step="Send back exactly the bytes that recv returned, with nothing after them.",
        line=first_of(at_added, send_line),
        fill=fragments,
    ),
    Entry(
        id="reply-prefixed",
        echo=ADVICE_ONLY,
        applies=both(wrong_bytes, asked, changes.is_before),
        reason="Your server puts {added} before what it sends back; expected only {expected}.",
        next_step="Send back exactly the bytes that recv returned, with nothing before or after them.",
        line=first_of(at_put_before, send_line),
        fill=fragments,
    ),
    Entry(
        id="reply-suffixed",
        echo=WHOLE,
        applies=both(wrong_bytes, changes.is_after),
        reason="Your server adds {added} to what it sends back; expected only the bytes that it received.",
        next_step="Send back exactly the bytes that recv returned, with nothing before or after them.",
        line=first_of(at_added, send_line),
        fill=fragments,
    ),
    Entry(
        id="answers-unread",
        echo=WHOLE,
        applies=both(wrong_bytes, changes.is_canned, no(uses(*DONE_BY["recv"]))),
        reason="Your server answers with a text of its own, {actual}, and never reads what the client sends; expected "
        "the client's bytes, {expected}.",
        next_step="Receive what the client sends, with recv on its connection, and send that back.",
        line=first_of(at_canned, send_line),
    ),
    Entry(
        id="reply-canned",
        echo=WHOLE,
        applies=both(wrong_bytes, changes.is_canned),
        reason="Your server answers with a text of its own, {actual}; expected the client's bytes, {expected}.",
        next_step="Send back what recv returned.",
        line=first_of(at_canned, send_line),
    ),
    Entry(
        id="reply-with-gaps",
        echo=WHOLE,
        applies=both(
            code("server-altered"),
            lambda finding, clues: bool(changes.dropped(finding, clues)),
            no(lambda finding, clues: bool(changes.inserted(finding, clues)[1])),
        ),
        reason="Your server leaves out bytes of what it received, the first of them {dropped}. {difference}",
        next_step="Send back all of the bytes that each recv returned, unchanged.",
        line=send_line,
        fill=fragments,
    ),
    Entry(
        id="reply-altered",
        echo=WHOLE,
        applies=both(code("server-altered"), is_long_echo),
        reason="Your server sends back other bytes than it received{compared}",
        next_step="Compare what you send with what recv returned: each byte goes back as it came, none changed, none "
        "left out.",
        line=send_line,
    ),
)
