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
    ADVICE_ONLY,
    Entry,
    Found,
    asked,
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
    no_trace,
    stopped,
    unexplained,
    uses,
    waits_in,
)  # fmt: skip
from grader.diagnose.portions import PORTIONS
from grader.diagnose.rounds import has_much_to_say
from grader.diagnose.source import Call
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import plain
from grader.verdicts import Finding

THREADS = ("Thread", "Process", "Timer", "start_new_thread")
TIME_LIMITS = ("settimeout", "setdefaulttimeout", "wait_for")
WATCHERS = ("select", "poll", "epoll")
SHORT = 0.05  # seconds in which a machine with much to do may well not get round to a client
FROM_SOURCE = "The place is read from the source; asyncio, threads and except blocks show no error."

silent = code("server-silent", "client-silent")


def lost_accept(finding: Finding, clues: Clues) -> Found | None:
    """An accept whose connection is lost, in front of another one, for which there is no client."""
    if not (clues.record.serving or waits_in("accept")(finding, clues)):
        return None
    for source in clues.sources:
        accepts = sorted(call.line for call in source.calls if call.name == "accept")
        for _, line in source.flow.lost_accepts:
            behind = [one for one in accepts if one > line]
            if behind:
                return Found(place=Place(file=source.path, line=line), words={"behind": str(behind[0])})
    return None


def kept_inside(finding: Finding, clues: Clues) -> Found | None:
    """A name of a function's own that gets what was received, where another one of the same name is used."""
    for source in clues.sources:
        for name, function, line in source.flow.local_only:
            return Found(
                place=Place(file=source.path, line=line), words={"name": plain(name), "function": plain(function)}
            )
    return None


def was_told(finding: Finding, clues: Clues) -> bool:
    """The program was sent something."""
    return bool(clues.heard)


def answered(finding: Finding, clues: Clues) -> bool:
    """Earlier messages were answered."""
    return bool(finding.facts.get("index"))


def hides(finding: Finding, clues: Clues) -> bool:
    """Errors can stay unseen in this program: asyncio keeps those of its tasks, a pool and `except` theirs."""
    tasks = ("start_server", "create_task", "ensure_future", "gather", "submit", "Protocol")
    return clues.uses(*tasks) or flows("excepts")(finding, clues)


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


def no_room(finding: Finding, clues: Clues) -> Found | None:
    """A call that receives and asks for no bytes."""
    for call in clues.calls("recv", "read"):
        place = clues.place_of_call(call)
        if call.sizes[:1] == (0,) and place is not None:
            return Found(place=place, words={"name": call.name})
    return None


def closed_second(finding: Finding, clues: Clues) -> bool:
    """The program kept the connection until its client had closed it."""
    return clues.first_close == "fin-sent"


def watched(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The connection that is not watched, and what watches the others."""
    made = next((name for name in ("epoll", "poll", "kqueue") if clues.calls(name)), "select")
    selector = any("selectors" in source.imports for source in clues.sources)
    return {**flow_name("unwatched")(finding, clues), "watcher": "the selector" if selector else made}


def watches_alone(finding: Finding, clues: Clues) -> Found | None:
    """The select that the program waits in, where it is given the listening socket and nothing else."""
    place = clues.waiting.place if clues.waiting is not None else None
    listening = {call.owner for call in clues.calls("accept")}
    given = re.search(r"select\(\[([\w.]+)\],", clues.waiting.text if clues.waiting is not None else "")
    if place is None or given is None or given[1] not in listening:
        return None
    return Found(place=place, words={"name": plain(given[1])})


def withheld(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The condition that the call that sends stands under, if any."""
    name, test = clues.calls(*SENDS)[0].name, flow_name("sent_under")(finding, clues)["name"]
    return {"under": f"; {name} is reached only where {test} holds" if test else ""}


def closes_first(finding: Finding, clues: Clues) -> bool:
    """The program has closed the connection before its client did, or ended."""
    return clues.first_close in ("fin-received", "reset") or (not clues.first_close and clues.ended)


def limits_its_patience(finding: Finding, clues: Clues) -> bool:
    """An except block takes what a time-out raises, and the output says, or so short a time lets one expect, that it
    has struck."""
    told = re.search(r"\btim(?:e|ed)[ _-]?out\b", clues.printed, re.IGNORECASE) is not None
    limits = [seconds_of(call, clues) for call in clues.calls(*TIME_LIMITS)]
    again = any(call.loop for call in clues.calls(*RECEIVES))
    struck = any(0 < seconds <= SHORT or (told and seconds >= 0) for seconds in limits)
    return flows("excepts")(finding, clues) and again and struck


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
                     unexplained, hides, flows("undefined")),
        reason="Your {role} uses the name {name}, to which nothing in the file gives a value.",
        next_step="Check the spelling, capital letters included, and that the name gets its value before this line. "
        "Python's error for it does not show where asyncio or an except block takes it.",
        staff=FROM_SOURCE,
        line=at_flow("undefined"),
        fill=flow_name("undefined"),
    ),
    Entry(
        id="text-sent",
        applies=both(silent, unexplained, hides, flows("text_sent")),
        reason="Your {role} hands text (str) to {name}, which takes bytes.",
        next_step="Write the message as bytes, with a b before its quotes, or turn the text into bytes with encode.",
        staff=FROM_SOURCE,
        line=at_flow("text_sent"),
        fill=flow_name("text_sent"),
    ),
    Entry(
        id="decode-stops",
        applies=both(code("server-silent"), unexplained, hides, not_utf8, plain_decode),
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
        applies=code("server-silent", "reply-not-printed"),
        reason="Your {role} asks for 0 bytes, so that it receives nothing: the number given to {name} is the most that "
        "it returns.",
        next_step="Give it room for a whole message.",
        found=no_room,
    ),
    Entry(
        id="loop-never-entered",
        applies=both(silent, unexplained, flows("dead_loops")),
        reason="Your {role} never enters its loop: the condition {name} does not hold when it gets there.",
        next_step="The condition is looked at before the first turn. Receive inside the loop, and leave it when recv "
        "has returned b''.",
        line=at_flow("dead_loops"),
        fill=flow_name("dead_loops"),
    ),
    Entry(
        id="guard-inverted",
        applies=both(silent, unexplained, flows("inverted")),
        reason="Your {role} leaves its loop as soon as something has arrived: the condition {name} is the wrong way "
        "round.",
        next_step="The loop is to be left when recv has returned b'', and to go on otherwise.",
        line=at_flow("inverted"),
        fill=flow_name("inverted"),
    ),
    Entry(
        id="waits-for-enough",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent", "server-late"), asked, no_trace, flows("enough_loops")),
        reason="Your server receives for as long as {name} holds before it sends anything: a message that is shorter "
        "gets no answer.",
        next_step="One recv is one piece of the stream, of any size: send it back as it is, and then receive again.",
        line=at_flow("enough_loops"),
        fill=flow_name("enough_loops"),
    ),
    Entry(
        id="send-after-loop",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent", "server-late"), flows("after_loop")),
        reason="Your server only receives in its loop; {name} stands behind the loop, where it is reached when nothing "
        "more comes.",
        next_step="Send each piece back inside the loop, as soon as it has been received: what is to be done for every "
        "piece is indented as recv is.",
        line=at_flow("after_loop"),
        fill=flow_name("after_loop"),
    ),
    Entry(
        id="sends-on-empty",
        applies=both(code("server-silent"), unexplained, flows("sent_on_empty")),
        reason="Your server sends only where {name} holds, and so only when nothing has come.",
        next_step="Send what has come: the call belongs behind this if block, indented as recv is, and not inside it.",
        line=at_flow("sent_on_empty"),
        fill=flow_name("sent_on_empty"),
    ),
    Entry(
        id="kept-inside",
        applies=both(code("server-silent", "reply-not-printed"), unexplained),
        reason="Your {role}'s function {function} gives {name} what it receives{on_line}. Outside of the function "
        "{name} is another one, which stays empty.",
        next_step="Let the function give it back by return, and give the name outside what the function returns.",
        found=kept_inside,
    ),
    Entry(
        id="sends-earlier-value",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent", "server-partial"), unexplained, flows("earlier_sent")),
        reason="Your server sends {name}, which holds what came before, and not what has just been received.",
        next_step="Send what this recv has returned.",
        line=at_flow("earlier_sent"),
        fill=flow_name("earlier_sent"),
    ),
    Entry(
        id="answers-only-some",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent"), unexplained, flows("sent_where")),
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
    *PORTIONS,
    Entry(
        id="not-watched",
        applies=both(code("server-silent"), asked, unexplained, uses(*WATCHERS), flows("unwatched")),
        reason="Your server takes the client's connection, {name}, and does not watch it: {watcher} is told of the "
        "listening socket only.",
        next_step="Add the connection to what is watched, so that you are told when there is something to receive.",
        line=at_flow("unwatched"),
        fill=watched,
    ),
    Entry(
        id="watches-listener-only",
        applies=both(code("server-silent"), unexplained, waits_in("select"), was_told),
        reason="Your server was waiting in select{on_line}, which is given the listening socket, {name}, and nothing "
        "else: it is not told when a client has sent something.",
        next_step="Give select a list of all sockets to watch: the listening one, and each connection from accept on.",
        found=watches_alone,
    ),
    Entry(
        id="accepted-and-lost",
        applies=code("address-not-printed", "server-silent"),
        reason="Your server takes the client{on_line} and does not keep its connection, which is closed at once; the "
        "accept in line {behind} waits for another client.",
        next_step="Each call of accept takes one client: call it once, and give both that it returns a name.",
        found=lost_accept,
    ),
    Entry(
        id="accept-in-loop",
        applies=both(
            flows("accept_in_loop"),
            either(waits_in("accept"), lambda finding, clues: clues.record.serving),
            either(code("server-partial", "does-not-end"), both(code("server-silent"), answered)),
            no(uses("select", "poll", *THREADS)),
        ),
        reason="Your server takes another client after each message: accept stands in the same loop as the receiving.",
        next_step="Take the client before the loop; in the loop, receive from its connection and send back to it.",
        line=at_flow("accept_in_loop"),
    ),
    Entry(
        id="connection-unused",
        applies=both(code("server-silent"), asked, unexplained, flows("unwatched"), no(uses(*WATCHERS))),
        reason="Your server takes the client's connection, {name}, and never receives anything from it.",
        next_step="Receive from and send to the connection that accept returned.",
        line=at_flow("unwatched"),
        fill=flow_name("unwatched"),
    ),
    Entry(
        id="gives-client-up",
        applies=both(code("server-silent", "server-partial"), no_trace, closes_first, limits_its_patience),
        reason="Your server gives its client only a limited time{on_line}, and is done with the connection when that "
        "is over, whatever may still come.",
        next_step="A client may take its time: leave the time-out out, and go on until recv has returned b''.",
        line=at_call(*TIME_LIMITS),
    ),
)  # fmt: skip

UNANSWERED = (
    Entry(
        id="waits-before-answering",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent"), stopped("stuck"), waits_in(*RECEIVES, "recv_exactly"),
                     calls(*SENDS), was_told),
        reason="Your server was {waited}, for more, while the client was waiting for the answer to what it had sent.",
        next_step="One recv is one piece of the stream: send it back before you ask for more.",
        line=at_wait,
    ),
    Entry(
        id="silent-and-spins",
        applies=both(code("server-silent"), no(answered), stopped("cpu", "output"), no(has_much_to_say),
                     calls(*SENDS), calls(*RECEIVES),
                     was_told, lambda finding, clues: bool(clues.events("fin-sent"))),
        reason="Your server sends nothing back for what it receives, and after the client has closed it goes round in "
        "its loop for ever. {used_up}",
        next_step="Look at what has to hold before it comes to {name}. recv returns b'' once the client has closed: "
        "leave the loop then.",
        line=at_call(*SENDS),
        fill=lambda finding, clues: {"name": clues.calls(*SENDS)[0].name},
    ),
    Entry(
        id="task-silent",
        applies=both(code("server-silent"), unexplained, no(answered), uses("start_server", "create_task", "Protocol"),
                     calls(*SENDS)),
        reason="Your server takes the client's connection and sends nothing back. If its function stopped at an error, "
        "asyncio does not show it.",
        next_step="Put try and except around what the function does, and print the error. {hint}",
        line=first_of(at_call("start_server"), at_name("Protocol", "create_task")),
    ),
    Entry(
        id="answer-withheld",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent"), unexplained, calls(*SENDS), closed_second, no(caught), was_told),
        reason="Your server takes the client's message and sends nothing back on this connection{under}.",
        next_step="Send back what recv returned in any case, over the connection that it came from.",
        line=first_of(at_flow("sent_under"), at_call(*SENDS)),
        fill=withheld,
    ),
)  # fmt: skip
