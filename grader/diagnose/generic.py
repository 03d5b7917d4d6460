"""The last entries of the catalogue: one for each code of a finding, true whenever that code is found."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose.client import at_extra, at_message
from grader.diagnose.clues import Clues
from grader.diagnose.connections import CONNECTS
from grader.diagnose.entry import Entry, asked, at_call, at_trace, at_wait, both, code, first_of, no, stopped
from grader.diagnose.prints import at_later_print, at_reply_print, at_shown
from grader.diagnose.trace import Place
from grader.diagnose.tree import SENDS
from grader.diagnose.words import amount, bytes_words, plain
from grader.model import DIRECT
from grader.verdicts import Finding

MOST_LITERALS = 20  # messages of the program that are looked for in its output
MOST_LINES = 200  # of its output, from the end

stood = first_of(at_trace, at_wait)


def facts(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The finding's own facts."""
    named = {name: plain(str(finding.facts.get(name, ""))) for name in ("server", "client")}
    return {**named, "wording": plain(repr(finding.facts.get("line", "")))}


def said_before(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What a program that fell silent had said until then, and whether a server had been asked."""
    back = " back" if clues.role == "server" and asked(finding, clues) else ""
    return {"after": f" after {bytes_words(clues.said)}" if clues.said else back}


def added(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What came after the expected bytes."""
    return {"extra": bytes_words(finding.actual[len(finding.expected) :])}


def exchanged(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What had gone over the wire when a program got stuck."""
    verb_out, verb_in = amount(len(clues.said), "byte"), amount(len(clues.heard), "byte")
    return {"exchange": f"It had received {verb_in} and sent {verb_out}"}


def met_directly(finding: Finding, clues: Clues) -> bool:
    """The two programs of a pair met without the grader in between, so that nobody saw what they said."""
    return bool(clues.record.outcomes) and clues.record.outcomes[0].detail == DIRECT


def at_claim(finding: Finding, clues: Clues) -> Place | None:
    """The print that showed the greeting though nobody was there."""
    messages = literal_messages(clues)[:MOST_LITERALS]
    lines = [line for line in clues.printed.splitlines()[-MOST_LINES:] if any(one in line for one in messages)]
    return at_shown(lines[-1], clues) if lines else at_call("print")(finding, clues)


def at_unasked(finding: Finding, clues: Clues) -> Place | None:
    """The call that sends what nobody has asked for, where it is written in the program."""
    return clues.place_sent(finding.actual, first=True)


def at_elsewhere(finding: Finding, clues: Clues) -> Place | None:
    """The call that sends what went over another connection, where it is written in the program."""
    return clues.place_sent(finding.actual)


def at_last_connect(finding: Finding, clues: Clues) -> Place | None:
    """The last call that asks for a connection."""
    asking = clues.calls(*CONNECTS)
    return clues.place_of_call(asking[-1]) if asking else None


def literal_messages(clues: Clues) -> list[str]:
    """What the program sends, as it is written in it."""
    return [text.decode(errors="replace") for source in clues.sources for text, _ in source.flow.constants_sent if text]


STUCK = Entry(
    id="stuck",
    applies=both(
        stopped("stuck"),
        lambda finding, clues: clues.waiting is not None,
        code(
            "never-listens", "never-connects", "connection-failed", "server-silent", "server-partial", "client-silent",
            "client-partial", "address-not-printed", "reply-not-printed", "does-not-end", "refusal-hidden",
            "pair-fails",
        ),
    ),
    reason="Your {role} was {waited}, for something that could never come. {exchange}, and nothing more was "
    "on its way.",
    next_step="Ask yourself what this line waits for, and who would have to send it. {hint}",
    line=at_wait,
    fill=exchanged,
)  # fmt: skip

GENERIC = (
    STUCK,
    Entry(
        id="never-listens",
        applies=code("never-listens"),
        reason="Your server never listens for clients at a TCP address: {ending}.",
        line=first_of(stood, at_call("listen", "bind")),
        fill=facts,
    ),
    Entry(
        id="listens-elsewhere",
        applies=code("listens-elsewhere"),
        reason="Your server listens on {host}, port {port}; the assignment says {expected_host}, port {expected_port}.",
        next_step="Use the HOST and PORT of the assignment in bind.",
        line=at_call("bind", "create_server", "start_server"),
    ),
    Entry(
        id="never-connects",
        applies=code("never-connects"),
        reason="Your client never asks for a TCP connection: {ending}.",
        line=first_of(stood, at_call("connect", "create_connection")),
        fill=facts,
    ),
    Entry(
        id="connects-elsewhere",
        applies=code("connects-elsewhere"),
        reason="Your client connects to {host}, port {port}; the assignment says {expected_host}, port "
        "{expected_port}.",
        next_step="Use the HOST and PORT of the assignment in connect.",
        line=at_call("connect", "create_connection", "open_connection"),
    ),
    Entry(
        id="connection-failed",
        applies=code("connection-failed"),
        reason="Your client asks for a connection to {host}, port {port}, and does not get one. A server waits at "
        "{expected_host}, port {expected_port}.",
        line=first_of(stood, at_call("connect", "create_connection", "open_connection")),
    ),
    Entry(
        id="server-silent",
        applies=code("server-silent"),
        reason="Your server sends nothing{after}: {ending}.",
        line=first_of(stood, at_call("sendall", "send")),
        fill=said_before,
    ),
    Entry(
        id="server-partial",
        applies=code("server-partial"),
        reason="Your server sends only a part: {actual} of {expected}.",
        line=first_of(stood, at_call("sendall", "send")),
    ),
    Entry(
        id="server-altered",
        applies=code("server-altered"),
        reason="Your server sends other bytes than expected{compared}",
        line=at_call("sendall", "send", "write"),
    ),
    Entry(
        id="server-extra",
        applies=code("server-extra"),
        reason="Your server sends more than it should: {actual}; expected {expected}.",
        line=at_call("sendall", "send", "write"),
    ),
    Entry(
        id="server-early",
        applies=code("server-early"),
        reason="Your server sends {actual} before it has received anything; expected only {expected}, once its "
        "client has spoken.",
        next_step="Receive first. Send the answer to what recv returned, and nothing else.",
        line=first_of(at_unasked, at_call(*SENDS)),
    ),
    Entry(
        id="client-silent",
        applies=code("client-silent"),
        reason="Your client connects and sends nothing{after}: {ending}.",
        line=first_of(stood, at_call("sendall", "send")),
        fill=said_before,
    ),
    Entry(
        id="client-partial",
        applies=code("client-partial"),
        reason="Your client sent only the beginning of the message: {actual}; expected {expected}.",
        next_step="Compare the two letter by letter, and send exactly the expected bytes.",
        line=at_message,
    ),
    Entry(
        id="client-altered",
        applies=code("client-altered"),
        reason="Your client sent {actual}; expected {expected}. {difference}",
        next_step="Compare the two letter by letter, and send exactly the expected bytes.",
        line=at_message,
    ),
    Entry(
        id="client-extra",
        applies=code("client-extra"),
        reason="Your client sends {extra} after the message; expected only {expected}.",
        next_step="Send the message once, with nothing after it.",
        line=first_of(at_extra, at_message),
        fill=added,
    ),
    Entry(
        id="client-elsewhere",
        applies=code("client-elsewhere"),
        reason="Your client opens a further connection and sends {actual} on it; expected only {expected}, once, on "
        "one connection.",
        next_step="One connection and one message are all: take the other connection out.",
        line=first_of(at_elsewhere, at_last_connect),
    ),
    Entry(
        id="server-late",
        applies=code("server-late"),
        reason="A part of your server's answer comes too late: only when the client has begun to close.",
        line=at_call("sendall", "send", "write"),
    ),
    Entry(
        id="client-late",
        applies=code("client-late"),
        reason="Your client sends its message too late: only when the server has begun to close.",
        line=at_call("sendall", "send", "write"),
    ),
    Entry(
        id="address-not-printed",
        applies=code("address-not-printed"),
        reason="Your server does not print the address of the client that connected.",
        line=at_call("accept"),
        fill=facts,
    ),
    Entry(
        id="no-reply",
        applies=both(code("reply-not-printed"), lambda finding, clues: not clues.heard, no(met_directly)),
        reason="No reply came to your {role}, so that it had none to print. {exchange}.",
        next_step="Look at what it sends, and whether it waits for the answer. {hint}",
        line=first_of(stood, at_call("recv", "print")),
        fill=exchanged,
    ),
    Entry(
        id="reply-not-printed",
        applies=code("reply-not-printed"),
        reason="Your {role} does not print what it received: {expected} is not in its output.",
        line=first_of(at_reply_print, at_later_print, at_call("print", "recv")),
    ),
    Entry(
        id="text-not-printed",
        applies=code("text-not-printed"),
        reason="Your {role} does not print {expected}.",
        next_step="Print just that text, with flush=True where the program goes on. {hint}",
        line=first_of(stood, at_call("print")),
    ),
    Entry(
        id="wording-differs",
        applies=code("wording-differs"),
        reason="Your {role} prints the right content in other words. Here the line has to be exactly {wording}.",
        next_step="Change the text of your print so that the line is the same, letter by letter.",
        line=at_call("print"),
        fill=facts,
    ),
    Entry(
        id="prints-something",
        applies=code("prints-something"),
        reason="Your {role} prints something, and this assignment asks it to print nothing.",
        next_step="Take the print calls out again.",
        line=at_call("print"),
    ),
    Entry(
        id="does-not-end",
        applies=code("does-not-end"),
        reason="Your {role} does not end after the work is done: {ending}.",
        line=stood,
        fill=facts,
    ),
    Entry(
        id="killed",
        applies=code("killed"),
        reason="Your {role} was ended from outside Python, by signal {signal}.",
        next_step="Look for calls that end a process or reach below Python (os.kill, os.abort, ctypes), and "
        "take them out.",
    ),
    Entry(
        id="exit-status",
        applies=code("exit-status"),
        reason="Your {role} ended with exit status {status}; 0 would say that all went well.",
        line=first_of(at_trace, at_call("_exit", "exit", "quit")),
    ),
    Entry(
        id="claims-success",
        applies=code("claims-success"),
        reason="When no server is there, your client still prints its greeting as if a reply had come.",
        line=at_claim,
    ),
    Entry(
        id="refusal-hidden",
        applies=code("refusal-hidden"),
        reason="When no server is there, your client ends as if nothing had happened: no message, exit status 0.",
        line=at_call("connect", "connect_ex", "create_connection"),
    ),
    Entry(
        id="pair-server-never-listens",
        applies=code("pair-server-never-listens"),
        reason="The server of this pair never listened for clients, so the client was not started.",
        next_step="If it does listen when it runs by itself, look for what hangs on time or on chance, such as a "
        "time-out. Run grade check in your folder: it tries your programs by themselves and together.",
    ),
    Entry(
        id="pair-never-meet",
        applies=code("pair-never-meet"),
        reason="Your two programs never meet: the server is at {server}, and the client asks for {client}.",
        next_step="Give HOST and PORT the values of the assignment, in both programs.",
        line=at_call("connect", "create_connection", "open_connection"),
        fill=facts,
    ),
    Entry(
        id="pair-fails",
        applies=code("pair-fails"),
        reason="Your {role} and the {peer} that it was tried with do not bring their work to an end: {ending}.",
        line=stood,
        fill=facts,
    ),
    Entry(
        id="unexplained",
        applies=lambda finding, clues: True,
        reason="Your {role} did not do what this check asks for: {ending}.",
        line=stood,
        fill=facts,
    ),
)
