"""Servers that were reached, and do not do with the client what they should."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    at_call,
    at_wait,
    both,
    calls,
    code,
    either,
    first_of,
    no,
    role,
    stopped,
    uses,
)  # fmt: skip
from grader.diagnose.todos import DONE_BY
from grader.diagnose.words import amount, bytes_words
from grader.verdicts import Finding

SENDS = ("sendall", "send", "write", "sendto", "sendmsg")
RECEIVES = ("recv", "recv_into", "recvfrom", "read", "readline")

send_line = at_call(*SENDS)
recv_line = at_call(*RECEIVES)
wrong_bytes = code("server-altered", "server-extra", "server-partial")


def waits_in(*names: str) -> Callable[[Finding, Clues], bool]:
    """The program was stopped in one of these calls."""
    return lambda finding, clues: clues.waiting is not None and clues.waiting.call in names


def answered(finding: Finding, clues: Clues) -> bool:
    """Whether earlier messages of the same connection were answered rightly."""
    return number_before(finding) > 0


def number_before(finding: Finding) -> int:
    """How many messages had been answered."""
    index = finding.facts.get("index", 0)
    return index if isinstance(index, int) else 0


def is_over(finding: Finding, clues: Clues) -> bool:
    """The program has ended, closed the connection before its client did, or gone on to wait for another client."""
    first = next((one.kind for one in clues.events("fin-received", "fin-sent", "reset")), "")
    return clues.ended or first in ("fin-received", "reset") or waits_in("accept")(finding, clues)


def counted(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """How many messages and bytes there were."""
    before = number_before(finding)
    return {
        "before": "the first message" if before == 1 else f"the first {before} messages",
        "part": amount(len(finding.actual), "byte"),
        "whole": str(len(finding.expected)),
        "sent": bytes_words(bytes_fact(finding, "sent")),
        "extra": bytes_words(finding.actual[len(finding.expected) :]),
    }


def bytes_fact(finding: Finding, name: str) -> bytes:
    """A fact that is bytes; the expected ones where there is none of that name."""
    value = finding.facts.get(name, finding.expected)
    return value if isinstance(value, bytes) else b""


# --- how bytes came to be others -------------------------------------------------------------------------------------


def decoded(data: bytes, encoding: str, errors: str) -> bytes:
    """What is left of bytes that were decoded and encoded again."""
    return data.decode(encoding, errors).encode(errors="replace")


CHANGES: dict[str, Callable[[bytes], tuple[bytes, ...]]] = {
    "upper-cased": lambda data: (data.upper(), decoded(data, "utf-8", "replace").upper()),
    "lower-cased": lambda data: (data.lower(),),
    "capitalised": lambda data: (data.capitalize(), data.title(), data.swapcase()),
    "turned round": lambda data: (data[::-1],),
    "stripped of blanks and line ends": lambda data: (data.strip(), data.rstrip(), data.lstrip(), data.rstrip(b"\n"),
                                                      data.rstrip(b"\r\n"), data.replace(b" ", b"")),
    "without its zero bytes": lambda data: (data.replace(b"\0", b""), data.strip(b"\0")),
    "cut off at a zero byte": lambda data: (data.split(b"\0")[0],),
    "cut off at a line end": lambda data: (data.split(b"\n")[0], data.split(b"\n")[0] + b"\n",
                                           data.splitlines()[0] if data else b""),
    "with other line ends": lambda data: (data.replace(b"\n", b"\r\n"), data.replace(b"\r\n", b"\n"),
                                          data.replace(b"\n", b""), data.replace(b"\r", b"")),
    "decoded and encoded again": lambda data: (
        *(decoded(data, "utf-8", errors) for errors in ("ignore", "replace", "backslashreplace")),
        decoded(data, "latin-1", "replace"), decoded(data, "cp1252", "ignore"), decoded(data, "ascii", "ignore"),
        decoded(data, "ascii", "replace")),
}  # fmt: skip


def change(finding: Finding, clues: Clues) -> str:
    """What was done to the bytes, if it is something simple."""
    expected, actual = finding.expected, finding.actual
    if not actual or actual == expected:
        return ""
    return next((name for name, made in CHANGES.items() if actual in made(expected)), "")


def changed(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """That, for a sentence."""
    return {"change": change(finding, clues)}


def is_repr(finding: Finding, clues: Clues) -> bool:
    """The Python notation of the bytes came instead of the bytes."""
    return finding.actual in (repr(finding.expected).encode(), repr(finding.expected.decode(errors="replace")).encode())


def is_previous(finding: Finding, clues: Clues) -> bool:
    """The answer to an earlier message came."""
    earlier = [event.data for event in clues.events("sent")]
    return answered(finding, clues) and len(finding.actual) > 0 and finding.actual in earlier


def wraps(finding: Finding, clues: Clues) -> bool:
    """The right bytes came with something before them."""
    at = finding.actual.find(finding.expected) if finding.expected else -1
    return at > 0


def added_before(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What came before the right bytes."""
    at = finding.actual.find(finding.expected)
    return {"added": bytes_words(finding.actual[: max(at, 0)])}


def is_canned(finding: Finding, clues: Clues) -> bool:
    """The answer is a literal of the program's."""
    text = finding.actual
    written = {value for source in clues.sources for _, value, _ in source.constants if isinstance(value, bytes | str)}
    return bool(text) and (text in written or text.decode(errors="replace") in written)


def lost_some(finding: Finding, clues: Clues) -> bool:
    """Bytes are missing, and it is send, not sendall, that sends them, in a loop that receives."""
    fewer = 0 < len(finding.actual) < len(finding.expected)
    return fewer and len(finding.expected) > 4096 and bool(clues.calls("send")) and not clues.calls("sendall")


def answers_at_end(finding: Finding, clues: Clues) -> bool:
    """The program spoke only after its client had closed its side."""
    kinds = [event.kind for event in clues.events("received", "fin-sent")]
    return bool(kinds) and kinds[0] == "fin-sent" and "received" in kinds


def closed_by_client(finding: Finding, clues: Clues) -> bool:
    """The client had said that it was done."""
    return bool(clues.events("fin-sent"))


def not_closed(finding: Finding, clues: Clues) -> bool:
    """The program never closed the connection itself."""
    return closed_by_client(finding, clues) and not clues.events("fin-received", "reset")


def own_address(finding: Finding, clues: Clues) -> bool:
    """The program's own port was printed."""
    return str(clues.record.port) in clues.printed


SERVER = (
    Entry(
        id="reply-missing",
        applies=both(
            code("server-silent", "address-not-printed"),
            code("server-silent"),
            no(uses(*DONE_BY["send"], "StreamRequestHandler", "asyncio", "fdopen", "splice")),
        ),
        reason="Your server never sends anything: after it has received the message, nothing goes back.",
        next_step="Send what recv returned back over the same connection, with sendall.",
        line=recv_line,
    ),
    Entry(
        id="nothing-read",
        applies=both(code("server-silent"), no(uses(*DONE_BY["recv"])), role("server")),
        reason="Your server never reads what the client sends.",
        next_step="Call recv on the connection: it waits for bytes and returns them.",
        line=at_call("accept"),
    ),
    Entry(
        id="answers-at-end",
        applies=both(code("server-silent", "server-partial"), answers_at_end),
        reason="Your server answers only when the client has closed; a client that waits for its answer never gets one.",
        next_step="Send each piece back as soon as recv has returned it, inside the loop.",
        line=send_line,
    ),
    Entry(
        id="replies-once",
        applies=both(code("server-silent", "server-partial"), answered, is_over),
        reason="Your server answers {before} of a connection and then no more.",
        next_step="Keep receiving and sending back on the same connection until recv returns b''.",
        line=recv_line,
        fill=counted,
    ),
    Entry(
        id="closes-without-answer",
        applies=both(code("server-silent"), is_over, no(waits_in("accept")), no(lambda finding, clues: clues.ended)),
        reason="Your server closes the connection without having sent anything back.",
        next_step="Send what recv returned back before the connection is closed.",
        line=first_of(at_call("close"), at_call("accept")),
    ),
    Entry(
        id="ends-without-answer",
        applies=both(code("server-silent"), lambda finding, clues: clues.ended and clues.trace is None),
        reason="Your server ends without having sent anything back.",
        next_step="After accept, receive from the connection and send the same bytes back, until recv returns b''.",
        line=first_of(send_line, recv_line, at_call("accept")),
    ),
    Entry(
        id="accepts-again",
        applies=both(code("server-silent"), waits_in("accept")),
        reason="Your server was waiting in accept for another client while the first one was still waiting for its answer.",
        next_step="Answer a client on its own connection first; each call of accept waits for a further client.",
        line=at_wait,
    ),
    Entry(
        id="reply-stopped-short",
        applies=both(
            code("server-partial"), is_over, no(lost_some), lambda finding, clues: not change(finding, clues),
            no(is_canned),
        ),
        reason="Your server sends back the first {part} of {whole} and then no more.",
        next_step="One recv is one piece of the stream, and more may follow: keep receiving and sending back until recv "
        "returns b''.",
        line=recv_line,
        fill=counted,
    ),
    Entry(
        id="send-not-all",
        applies=both(code("server-partial", "server-altered"), lost_some),
        reason="Bytes get lost on the way back: {part} of {whole} arrive. Your server uses send, which may take only a part "
        "of what it is given.",
        next_step="Use sendall, which sends all of it, or look at the number that send returns.",
        line=at_call("send"),
        fill=counted,
    ),
    Entry(
        id="reply-repr",
        applies=both(wrong_bytes, is_repr),
        reason="Your server sends back the way Python writes the bytes, {actual}, instead of the bytes, {expected}.",
        next_step="Do not turn the bytes into text with str or repr: hand on what recv returned.",
        line=send_line,
    ),
    Entry(
        id="reply-changed",
        applies=both(wrong_bytes, lambda finding, clues: bool(change(finding, clues)), no(is_previous)),
        reason="Your server sends the message back {change}: {actual}; expected {expected}. {difference}",
        next_step="Send back exactly the bytes that recv returned, unchanged.",
        line=send_line,
        fill=changed,
    ),
    Entry(
        id="reply-twice",
        applies=both(code("server-extra"), lambda finding, clues: finding.actual == 2 * finding.expected),
        reason="Your server sends the message back twice.",
        next_step="Send each piece back once.",
        line=send_line,
    ),
    Entry(
        id="reply-line-end",
        applies=both(code("server-extra"), lambda finding, clues: finding.actual.rstrip(b"\r\n") == finding.expected),
        reason="Your server adds a line end to what it sends back: {actual}; expected {expected}.",
        next_step="Send back exactly the bytes that recv returned, with nothing after them.",
        line=send_line,
    ),
    Entry(
        id="reply-padded",
        applies=both(code("server-extra"), lambda finding, clues: finding.actual.rstrip(b"\0") == finding.expected),
        reason="Your server sends back the message and zero bytes after it: its whole buffer, not what was received.",
        next_step="Send back only as many bytes as were received.",
        line=send_line,
    ),
    Entry(
        id="reply-late-message",
        applies=both(wrong_bytes, is_previous),
        reason="Your server answers with an earlier message: {actual}; expected {expected}.",
        next_step="Send back what this recv has returned, not what an earlier one did.",
        line=send_line,
    ),
    Entry(
        id="reply-canned",
        applies=both(wrong_bytes, is_canned),
        reason="Your server always answers with a text of its own, {actual}; expected the client's bytes, {expected}.",
        next_step="Send back what recv returned.",
        line=send_line,
    ),
    Entry(
        id="reply-prefixed",
        applies=both(wrong_bytes, wraps),
        reason="Your server puts {added} before what it sends back; expected only {expected}.",
        next_step="Send back exactly the bytes that recv returned, with nothing before or after them.",
        line=send_line,
        fill=added_before,
    ),
    Entry(
        id="reply-suffixed",
        applies=code("server-extra"),
        reason="Your server adds {extra} after what it sends back; expected only {expected}.",
        next_step="Send back exactly the bytes that recv returned, with nothing before or after them.",
        line=send_line,
        fill=counted,
    ),
    Entry(
        id="own-address-printed",
        applies=both(code("address-not-printed"), own_address),
        reason="Your server prints an address, its own, and not that of the client that connected.",
        next_step="accept returns two things: the second one is the client's address. Print that.",
        line=at_call("print"),
    ),
    Entry(
        id="nothing-announced",
        applies=both(code("address-not-printed"), lambda finding, clues: not clues.printed.strip(), no(stopped("cpu"))),
        reason="Your server prints nothing when a client connects.",
        next_step="accept returns the connection and the client's address. Print the address after accept.",
        line=at_call("accept"),
    ),
    Entry(
        id="spins-after-close",
        applies=both(
            code("does-not-end"), role("server"), closed_by_client,
            either(stopped("cpu"), both(stopped("output", "wall"), calls("recv"))),
        ),
        reason="After the client has closed, your server goes round in its loop for ever: recv returns b'' each time.",
        next_step="An empty result of recv says that the client has closed: leave the loop then.",
        line=first_of(recv_line, at_wait),
    ),
    Entry(
        id="connection-not-closed",
        applies=both(code("does-not-end"), role("server"), waits_in("accept"), not_closed),
        reason="After the client has closed, your server waits in accept for the next client and never closes the connection "
        "of the first.",
        next_step="Close the connection when recv has returned b''; a with block around it does so by itself.",
        line=at_wait,
    ),
    Entry(
        id="serves-on",
        applies=both(code("does-not-end"), role("server"), lambda finding, clues: clues.record.serving),
        reason="After the client has closed, your server waits for the next client; here it should end.",
        next_step="Serve one client, then let the program end.",
        line=at_wait,
    ),
)  # fmt: skip
