"""Mistakes that show as silence only: no exception is seen, and the source has a place that explains it.

Threads, asyncio and except blocks swallow errors, and work that is never started raises none. The record shows that
nothing came; the source names the line. None of these entries speaks of a program that does its work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.diagnose.caught import caught
from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    at_call,
    at_flow,
    at_name,
    at_wait,
    both,
    calls,
    code,
    either,
    first_of,
    flow_name,
    flows,
    no,
    role,
    stopped,
    uses,
    waits_in,
)  # fmt: skip
from grader.diagnose.source import Call
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import plain
from grader.verdicts import Finding

THREADS = ("Thread", "Process", "Timer", "start_new_thread")
silent = code("server-silent", "client-silent")
text_line = at_flow("text_sent")
patience_line = at_call("settimeout", "setdefaulttimeout", "wait_for")
SHORT = 0.05  # seconds in which a machine with much to do may well not get round to a client


def unseen(finding: Finding, clues: Clues) -> bool:
    """No exception is shown, and the program did not run without end."""
    return clues.trace is None and clues.record.stopped not in ("cpu", "output", "memory")


def answered(finding: Finding, clues: Clues) -> bool:
    """Earlier messages were answered."""
    return bool(finding.facts.get("index"))


def hides(finding: Finding, clues: Clues) -> bool:
    """Errors can stay unseen in this program: asyncio keeps those of its tasks, a pool and `except` theirs."""
    tasks = ("start_server", "create_task", "ensure_future", "gather", "submit", "Protocol")
    return clues.uses(*tasks) or any(one.flow.handlers_of_errors for one in clues.sources)


def not_utf8(finding: Finding, clues: Clues) -> bool:
    """The bytes to be sent back are no UTF-8 text."""
    try:
        finding.expected.decode()
    except UnicodeDecodeError:
        return True
    return False


def plain_decode(finding: Finding, clues: Clues) -> bool:
    """decode is called without saying what becomes of bytes that are no text."""
    return any(call.arguments < 2 and "errors" not in call.text for call in clues.calls("decode"))


def zero_size(finding: Finding, clues: Clues) -> bool:
    """A call that receives asks for no bytes."""
    return any(call.sizes[:1] == (0,) for call in clues.calls("recv", "read"))


def at_zero_size(finding: Finding, clues: Clues) -> Place | None:
    """The line of that call."""
    found = ((one.path, call) for one in clues.sources for call in one.calls if call.name in ("recv", "read"))
    return next((Place(file=path, line=call.line) for path, call in found if call.sizes[:1] == (0,)), None)


def wants_line(finding: Finding, clues: Clues) -> bool:
    """Lines are read, and what was sent has no line end, or goes on behind its last one."""
    lines = bool(clues.calls("readline", "readlines", "readuntil")) or flows("line_loops")(finding, clues)
    reads = lines and not clues.calls("recv", "read")
    return reads and not finding.expected.endswith(b"\n")


def fills_up(call: Call, clues: Clues) -> bool:
    """Whether a call that receives returns only when it has as many bytes as it asks for."""
    files = [name for one in clues.sources for name in one.flow.files]
    of_file = call.owner in (*files, "self.rfile") or "makefile(" in call.owner
    filling = call.name in ("read", "readinto") and call.arguments > 0 and of_file
    return call.name == "readexactly" or "WAITALL" in call.text or filling


def wants_size(finding: Finding, clues: Clues) -> bool:
    """All receiving waits for a number of bytes, of which the message is no multiple."""
    reads = [call for call in clues.calls(*RECEIVES) if "std" not in call.owner]
    sizes = [size for call in reads for size in call.sizes[:1] if size > 0]
    fits = any(len(finding.expected) % size == 0 for size in sizes)
    return bool(reads) and all(fills_up(call, clues) for call in reads) and not fits


def instead(clues: Clues) -> str:
    """A call that returns what is there, of the kind that the program uses."""
    streams = clues.uses("open_connection", "start_server")
    return "read of the reader, given the most that it may return" if streams else "recv of the connection"


def wants_end(finding: Finding, clues: Clues) -> bool:
    """Everything up to the end of the stream is read at once."""
    reads = clues.calls(*RECEIVES)
    return bool(reads) and all(call.name == "read" and call.arguments == 0 for call in reads)


def at_swallowing(finding: Finding, clues: Clues) -> Place | None:
    """The except block that shows nothing, and whose try block sends or receives."""
    return next(
        (Place(file=one.path, line=line) for one in clues.sources for line in one.silent_handlers
         if any(call.line < line for call in one.calls if call.name in (*RECEIVES, *SENDS))), None
    )  # fmt: skip


def closed_second(finding: Finding, clues: Clues) -> bool:
    """The program kept the connection until its client had closed it."""
    first = next((one.kind for one in clues.events("fin-received", "fin-sent", "reset")), "")
    return first == "fin-sent"


def withheld(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The call that sends, and the condition that it stands under, if any."""
    name, test = clues.calls(*SENDS)[0].name, flow_name("sent_under")(finding, clues)["name"]
    return {"name": name, "under": f"; {name} is reached only where {test} holds" if test else ""}


def closes_first(finding: Finding, clues: Clues) -> bool:
    """The program has closed the connection before its client did, or ended."""
    first = next((one.kind for one in clues.events("fin-received", "fin-sent", "reset")), "")
    return first in ("fin-received", "reset") or (not first and clues.ended)


def limits_its_patience(finding: Finding, clues: Clues) -> bool:
    """An except block takes what a time-out raises, and the output says, or so short a time lets one expect, that it
    has struck."""
    told = re.search(r"\btim(?:e|ed)[ _-]?out\b", clues.printed, re.IGNORECASE) is not None
    limits = [seconds_of(call, clues) for call in clues.calls("settimeout", "setdefaulttimeout", "wait_for")]
    caught = any(one.flow.handlers_of_errors for one in clues.sources)
    again = any(call.loop for call in clues.calls(*RECEIVES))
    return caught and again and any(0 < one <= SHORT or (told and one >= 0) for one in limits)


def seconds_of(call: Call, clues: Clues) -> float:
    """The last number written in a call, or that of the name that stands last in it; 0 where neither is known."""
    written = call.text.partition("(")[2]
    numbers = re.findall(r"(?<![\w.])\d*\.?\d+(?![\w.])", written)
    named = {name: value for one in clues.sources for name, value, _ in one.constants if name}
    value = named.get(next(iter(re.findall(r"\w+", written)[-1:]), ""))
    if isinstance(value, int | float):
        return float(value)
    return float(numbers[-1]) if numbers else 0.0


UNSEEN = (
    Entry(
        id="name-unknown",
        applies=both(code("server-silent", "client-silent", "reply-not-printed", "does-not-end", "address-not-printed"),
                     unseen, hides, flows("undefined")),
        reason="Your {role} uses the name {name}, to which nothing in the file gives a value.",
        next_step="Check the spelling, capital letters included, and that the name gets its value before this line. "
        "Python's error for it does not show where asyncio or an except block takes it.",
        staff="The place is read from the source; asyncio, threads and except blocks show no error.",
        line=at_flow("undefined"),
        fill=flow_name("undefined"),
    ),
    Entry(
        id="text-sent",
        applies=both(silent, unseen, hides, flows("text_sent")),
        reason="Your {role} hands text (str) to {name}, which takes bytes.",
        next_step="Write the message as bytes, with a b before its quotes, or turn the text into bytes with encode.",
        staff="The place is read from the source; asyncio, threads and except blocks show no error.",
        line=text_line,
        fill=flow_name("text_sent"),
    ),
    Entry(
        id="decode-stops",
        applies=both(code("server-silent"), unseen, hides, not_utf8, plain_decode),
        reason="Your server decodes what it receives, and sends nothing back when it receives bytes that are not "
        "UTF-8 text.",
        next_step="Hand on the bytes as they came. To show them, print their repr, which works for any bytes.",
        line=at_call("decode"),
    ),
)  # fmt: skip
SILENCES = (
    Entry(
        id="message-empty",
        applies=both(silent, flows("empty_sent")),
        reason="Your {role} calls {name} with an empty message, so that nothing is sent.",
        next_step="Give it the bytes that are to be sent. {hint}",
        line=at_flow("empty_sent"),
        fill=flow_name("empty_sent"),
    ),
    Entry(
        id="receives-nothing",
        applies=both(code("server-silent", "reply-not-printed"), zero_size),
        reason="Your {role} asks for 0 bytes, so that it receives nothing: the number given to {name} is the most that "
        "it returns.",
        next_step="Give it room for a whole message.",
        line=at_zero_size,
        fill=lambda finding, clues: {"name": clues.calls("recv", "read")[0].name},
    ),
    Entry(
        id="loop-never-entered",
        applies=both(silent, unseen, flows("dead_loops")),
        reason="Your {role} never enters its loop: the condition {name} does not hold when it gets there.",
        next_step="The condition is looked at before the first turn. Receive inside the loop, and leave it when recv "
        "has returned b''.",
        line=at_flow("dead_loops"),
        fill=flow_name("dead_loops"),
    ),
    Entry(
        id="guard-inverted",
        applies=both(silent, unseen, flows("inverted")),
        reason="Your {role} leaves its loop as soon as something has arrived: the condition {name} is the wrong way "
        "round.",
        next_step="The loop is to be left when recv has returned b'', and to go on otherwise.",
        line=at_flow("inverted"),
        fill=flow_name("inverted"),
    ),
    Entry(
        id="waits-for-enough",
        applies=both(code("server-silent", "server-late"), lambda finding, clues: clues.trace is None,
                     flows("enough_loops")),
        reason="Your server receives for as long as {name} holds before it sends anything: a message that is shorter "
        "gets no answer.",
        next_step="One recv is one piece of the stream, of any size: send it back as it is, and then receive again.",
        line=at_flow("enough_loops"),
        fill=flow_name("enough_loops"),
    ),
    Entry(
        id="send-after-loop",
        applies=both(code("server-silent", "server-late"), flows("after_loop")),
        reason="Your server only receives in its loop; {name} stands behind the loop, where it is reached when nothing "
        "more comes.",
        next_step="Send each piece back inside the loop, as soon as it has been received: what is to be done for every "
        "piece is indented as recv is.",
        line=at_flow("after_loop"),
        fill=flow_name("after_loop"),
    ),
    Entry(
        id="sends-earlier-value",
        applies=both(code("server-silent"), unseen, flows("earlier_sent")),
        reason="Your server sends {name}, which holds what came before, and not what has just been received.",
        next_step="Send what this recv has returned.",
        line=at_flow("earlier_sent"),
        fill=flow_name("earlier_sent"),
    ),
    Entry(
        id="answers-only-some",
        applies=both(code("server-silent"), unseen, flows("sent_where")),
        reason="Your server sends only where {name} holds, so that it gives no answer to any other message.",
        next_step="Send back whatever recv returned.",
        line=at_flow("sent_where"),
        fill=flow_name("sent_where"),
    ),
    Entry(
        id="not-flushed",
        applies=both(code("server-silent", "server-late", "client-silent"), flows("file_writes")),
        reason="Your {role} writes to {name}, which keeps what is written until it is flushed, and never flushes it.",
        next_step="Call flush after writing, or send on the socket itself.",
        line=at_flow("file_writes"),
        fill=flow_name("file_writes"),
    ),
    Entry(
        id="waits-for-line-end",
        applies=both(code("server-silent", "server-late", "server-partial"), role("server"), wants_line),
        reason="Your server reads whole lines, and waits for a line end that the client's message does not have.",
        next_step="Read with a call that returns what is there: {instead}.",
        line=first_of(at_call("readline", "readlines", "readuntil"), at_flow("line_loops")),
        fill=lambda finding, clues: {"instead": instead(clues)},
    ),
    Entry(
        id="waits-for-size",
        applies=both(code("server-silent", "server-late", "server-partial"), role("server"), unseen, wants_size),
        reason="Your server calls {name}, which returns only when it has all the bytes that it asks for, and the "
        "client's message has another number of bytes.",
        next_step="Read with a call that returns what is there: {instead}.",
        line=lambda finding, clues: clues.place_of_call(clues.calls(*RECEIVES)[0]),
        fill=lambda finding, clues: {"name": plain(clues.calls(*RECEIVES)[0].text), "instead": instead(clues)},
    ),
    Entry(
        id="reads-until-end",
        applies=both(code("server-silent", "server-late"), wants_end),
        reason="Your server reads until the client closes, and a client that waits for its answer does not close.",
        next_step="Give read the most that it may return at a time, and send that back inside a loop.",
        line=at_call("read"),
    ),
    Entry(
        id="not-watched",
        applies=both(code("server-silent"), unseen, uses("select", "poll", "epoll"), flows("unwatched")),
        reason="Your server takes the client's connection, {name}, and does not watch it: select is told of the "
        "listening socket only.",
        next_step="Add the connection to what is watched, so that you are told when there is something to receive.",
        line=at_flow("unwatched"),
        fill=flow_name("unwatched"),
    ),
    Entry(
        id="accept-in-loop",
        applies=both(
            flows("accept_in_loop"),
            either(waits_in("accept"), lambda finding, clues: clues.record.serving),
            either(
                code("server-partial", "does-not-end"),
                both(code("server-silent"), answered),
            ),
            no(uses("select", "poll", *THREADS)),
        ),
        reason="Your server takes another client after each message: accept stands in the same loop as the receiving.",
        next_step="Take the client before the loop; in the loop, receive from its connection and send back to it.",
        line=at_flow("accept_in_loop"),
    ),
    Entry(
        id="connection-unused",
        applies=both(code("server-silent"), unseen, flows("unwatched"), no(uses("select", "poll", "epoll"))),
        reason="Your server takes the client's connection, {name}, and never receives anything from it.",
        next_step="Receive from and send to the connection that accept returned.",
        line=at_flow("unwatched"),
        fill=flow_name("unwatched"),
    ),
    Entry(
        id="gives-client-up",
        applies=both(code("server-silent", "server-partial"), lambda finding, clues: clues.trace is None,
                     closes_first, limits_its_patience),
        reason="Your server gives its client only a limited time{on_line}, and is done with the connection when that "
        "is over, whatever may still come.",
        next_step="A client may take its time: leave the time-out out, and go on until recv has returned b''.",
        line=patience_line,
    ),
    Entry(
        id="error-not-shown",
        applies=both(silent, unseen, no(stopped("wall")), no(answered),
                     lambda finding, clues: at_swallowing(finding, clues) is not None, calls(*SENDS)),
        reason="Your {role} sends nothing, and if there is an error, an except block hides it.",
        next_step="Take the try and except out, or print the error, and run it again: the message names the mistake.",
        line=at_swallowing,
    ),
)  # fmt: skip
UNANSWERED = (
    Entry(
        id="waits-before-answering",
        applies=both(code("server-silent"), stopped("stuck"), waits_in(*RECEIVES, "recv_exactly"),
                     calls(*SENDS), lambda finding, clues: bool(clues.heard)),
        reason="Your server was {waited}, for more, while the client was waiting for the answer to what it had sent.",
        next_step="One recv is one piece of the stream: send it back before you ask for more.",
        line=at_wait,
    ),
    Entry(
        id="silent-and-spins",
        applies=both(code("server-silent"), no(answered), stopped("cpu", "output"), calls(*SENDS), calls(*RECEIVES),
                     lambda finding, clues: bool(clues.heard and clues.events("fin-sent"))),
        reason="Your server sends nothing back for what it receives, and after the client has closed it goes round in "
        "its loop for ever. {used_up}",
        next_step="Look at what has to hold before it comes to {name}. recv returns b'' once the client has closed: "
        "leave the loop then.",
        line=at_call(*SENDS),
        fill=lambda finding, clues: {"name": clues.calls(*SENDS)[0].name},
    ),
    Entry(
        id="task-silent",
        applies=both(code("server-silent"), unseen, no(answered), uses("start_server", "create_task", "Protocol"),
                     calls(*SENDS)),
        reason="Your server takes the client's connection and sends nothing back. If its function stopped at an error, "
        "asyncio does not show it.",
        next_step="Put try and except around what the function does, and print the error. {hint}",
        line=first_of(at_call("start_server"), at_name("Protocol", "create_task")),
    ),
    Entry(
        id="answer-withheld",
        applies=both(code("server-silent"), unseen, calls(*SENDS), closed_second, no(caught),
                     lambda finding, clues: bool(clues.heard)),
        reason="Your server takes the client's message and sends nothing back on this connection{under}.",
        next_step="Send back what recv returned in any case, over the connection that it came from.",
        line=first_of(at_flow("sent_under"), at_call(*SENDS)),
        fill=withheld,
    ),
)  # fmt: skip
