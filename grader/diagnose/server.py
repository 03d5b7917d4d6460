"""Servers that were reached, and do not do with the client what they should."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose.caught import caught
from grader.diagnose.changes import change
from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    ADVICE_ONLY,
    Entry,
    Found,
    asked,
    at_call,
    at_flow,
    at_loop,
    at_wait,
    both,
    calls,
    code,
    either,
    first_of,
    flow_name,
    flows,
    greeted_first,
    is_cause,
    no,
    no_trace,
    role,
    stopped,
    uses,
    waits_in,
)  # fmt: skip
from grader.diagnose.hidden import closes_first
from grader.diagnose.rounds import has_much_to_say
from grader.diagnose.source import NO_FLOW
from grader.diagnose.todos import DONE_BY
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import amount, plain
from grader.verdicts import Finding

EVENT_LOOPS = ("run", "run_until_complete", "run_forever", "serve_forever", "handle_request", "select", "poll")
TELLING = ("warning", "error", "critical", "exception", "basicConfig")  # show things as print does
ONE_RECV = 1024  # bytes that the assignment's recv asks for

send_line = at_call(*SENDS)
recv_line = at_call(*RECEIVES)


def second_accept(finding: Finding, clues: Clues) -> bool:
    """The program stood in another accept than its first."""
    accepts = [call.line for call in clues.calls("accept")]
    return len(accepts) > 1 and clues.waiting is not None and clues.waiting.place.line > accepts[0]


def answered(finding: Finding, clues: Clues) -> bool:
    """Whether earlier messages of the same connection were answered rightly."""
    return number_before(finding) > 0


def number_before(finding: Finding) -> int:
    """How many messages had been answered."""
    index = finding.facts.get("index", 0)
    return index if isinstance(index, int) else 0


def is_over(finding: Finding, clues: Clues) -> bool:
    """The program has ended, closed the connection before its client did, or gone on to wait for another client."""
    waits_on = clues.record.serving or waits_in("accept")(finding, clues)
    return clues.ended or clues.first_close in ("fin-received", "reset") or waits_on


def in_one_piece(finding: Finding, clues: Clues) -> bool:
    """The message is so short that one recv gets it whole."""
    return len(finding.expected) <= ONE_RECV


def counted(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """How many messages and bytes there were."""
    before = number_before(finding)
    return {
        "before": "the first message" if before == 1 else f"the first {before} messages",
        "part": part_words(finding, clues),
        "left": left_words(clues),
    }


def at_left(finding: Finding, clues: Clues) -> Place | None:
    """Where the program leaves its loop too early, or has one that is over too early, or closes the connection."""
    return first_of(at_flow("early_leaves"), at_flow("bounded_loops"), at_flow("closings"))(finding, clues)


def left_words(clues: Clues) -> str:
    """What it does there, as the end of a sentence."""
    leaves = [one for source in clues.sources for one in source.flow.early_leaves]
    if leaves:
        test, line = leaves[0]
        return f": it leaves its loop in line {line}" + (f", where {plain(test)} holds" if test else "")
    bounds = [one for source in clues.sources for one in source.flow.bounded_loops]
    if bounds:
        by, line = bounds[0]
        ends = (
            f"is over at the end of {plain(by)}" if by.startswith("range(") else f"goes on only while {plain(by)} holds"
        )
        return f": its loop in line {line} {ends}"
    closes = [line for source in clues.sources for _, line in source.flow.closings]
    return f": it closes the connection in line {closes[0]}" if closes else ""


def is_buffer(finding: Finding, clues: Clues) -> bool:
    """Exactly one buffer of the program's came back."""
    sizes = {size for call in clues.calls(*RECEIVES) for size in call.sizes}
    return len(finding.actual) in sizes and len(finding.actual) <= 1024


def plain_start(finding: Finding, clues: Clues) -> bool:
    """What came back is one buffer, or at least not what some simple change would have left."""
    return is_buffer(finding, clues) or not change(finding, clues)


def part_words(finding: Finding, clues: Clues) -> str:
    """How much came back: a number only where it does not depend on how the network cut the stream."""
    return f"the first {amount(len(finding.actual), 'byte')}" if is_buffer(finding, clues) else "only a part"


def sends_somewhere(finding: Finding, clues: Clues) -> bool:
    """Something in the program may send: any of the names for it; of `write`, one that is not of the screen."""
    shown = ("stdout", "stderr", "log")
    others = (name for name in (*DONE_BY["send"], "fdopen", "splice", "copyfileobj") if "write" not in name)
    writes = [call for call in clues.calls("write", "writelines") if not any(word in call.owner for word in shown)]
    return clues.uses(*others) or bool(writes)


def hardly_stuck(finding: Finding, clues: Clues) -> bool:
    """The program did not hang in some call that has nothing to do with its client."""
    return clues.waiting is None or clues.waiting.call in (*RECEIVES, "accept", "sleep", *EVENT_LOOPS)


def speechless(finding: Finding, clues: Clues) -> bool:
    """A server that sends nothing could send nothing whatever happens, and no exception has ended it."""
    silent = finding.code == "server-silent" and clues.trace is None
    return silent and hardly_stuck(finding, clues) and not sends_somewhere(finding, clues)


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


def kept_by_parent(finding: Finding, clues: Clues) -> bool:
    """A process is made for each client, in the function that takes them, and that function closes nothing."""
    made = {call.function for call in clues.calls("Process", "fork")}
    closes = {call.function for call in clues.calls("close")}
    return any(call.function in made - closes for call in clues.calls("accept"))


def shows_address(finding: Finding, clues: Clues) -> bool:
    """Something in the program may show the client's address: a print or a log line that mentions it, or writing."""
    shown = ((one, source.flow.address_names) for source in clues.sources for one in source.flow.shown)
    unread = any(source.lines and source.flow == NO_FLOW for source in clues.sources)
    others = clues.calls("write", "writelines", *TELLING)
    return unread or bool(others) or any(one.names & names for one, names in shown)


def at_announcement(finding: Finding, clues: Clues) -> Place | None:
    """The first print behind accept, in the same function, else the first of all."""
    for source in clues.sources:
        taken = next((call for call in source.calls if call.name == "accept"), None)
        for call in source.calls:
            if call.name == "print" and taken and call.function == taken.function and call.line >= taken.line:
                return Place(file=source.path, line=call.line)
    return at_call("print")(finding, clues)


def own_address(finding: Finding, clues: Clues) -> bool:
    """The program's own port was printed."""
    return str(clues.record.port) in clues.printed


def only_peeks(finding: Finding, clues: Clues) -> Found | None:
    """The first call that receives, where all of them leave what they return in place."""
    reads = clues.wire_calls(*RECEIVES)
    place = clues.place_of_call(reads[0]) if reads else None
    return Found(place=place) if place is not None and all("MSG_PEEK" in call.text for call in reads) else None


EARLY = (
    Entry(
        id="killed-early",
        applies=both(lambda finding, clues: clues.record.signal is not None, no(code("killed")), is_cause),
        reason="Your {role} was ended from outside Python, by signal {signal}, before it had done its work.",
        next_step="Look for calls that end a process or reach below Python (os.kill, os.abort, ctypes), and "
        "take them out.",
        line=at_call("kill", "abort", "raise_signal", "killpg"),
    ),
    Entry(
        id="only-peeks",
        applies=both(role("server"), code("server-altered", "server-extra", "server-partial", "does-not-end")),
        reason="Your server receives with MSG_PEEK{on_line}, which leaves in place what it returns: the same bytes "
        "come again each time.",
        next_step="Leave MSG_PEEK out: recv takes what it returns, so that the next one gets what follows.",
        found=only_peeks,
    ),
    Entry(
        id="nothing-read",
        applies=both(code("server-silent"), asked, no(uses(*DONE_BY["recv"])), hardly_stuck),
        reason="Your server never reads what the client sends.",
        next_step="Call recv on the connection: it waits for bytes and returns them.",
        line=at_call("accept"),
    ),
    Entry(
        id="reply-missing",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent"), asked, hardly_stuck, no(sends_somewhere)),
        reason="Your server never sends anything back.",
        next_step="Send what recv returned back over the same connection, with sendall.",
        line=first_of(recv_line, at_call("start_server", "create_server")),
    ),
)  # fmt: skip

SERVER = (
    Entry(
        id="received-dropped",
        applies=both(code("server-silent", "server-partial", "server-altered"), flows("dropped"), sends_somewhere),
        reason="Your server does not keep what {name} returns{on_line}: the bytes are gone, and the next call waits "
        "for others.",
        next_step="Receive in one place only, give the result a name, and use that in the condition and for sending.",
        line=at_flow("dropped"),
        fill=flow_name("dropped"),
    ),
    Entry(
        id="sendall-asked",
        applies=both(either(both(code("server-silent"), answered), code("server-partial")), is_over,
                     flows("sendall_asked")),
        reason="Your server asks{on_line} for what sendall returns, in {name}: that is None, whatever was sent, so "
        "that it is done after the first piece.",
        next_step="sendall sends all that it is given, or raises an error: call it, and go on with the loop.",
        line=at_flow("sendall_asked"),
        fill=flow_name("sendall_asked"),
    ),
    Entry(
        id="answers-at-end",
        echo=ADVICE_ONLY,
        applies=both(code("server-late", "server-silent", "server-partial"), asked, answers_at_end),
        reason="Your server answers only when the client has closed; a client that waits for its answer never "
        "gets one.",
        next_step="Send each piece back as soon as recv has returned it, inside the loop.",
        line=send_line,
    ),
    Entry(
        id="replies-once",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent"), answered, is_over, no(greeted_first)),
        reason="Your server answers {before} of a connection and then no more{left}.",
        next_step="Keep receiving and sending back on the same connection until recv returns b''.",
        line=first_of(at_left, recv_line),
        fill=counted,
    ),
    Entry(
        id="leaves-before-answering",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent"), asked, no_trace, closes_first, flows("unanswered_leaves")),
        reason="Your server is done with the connection without an answer to this message: it leaves its loop{on_line} "
        "where {name} holds.",
        next_step="Leave the loop only when recv has returned b'', and send back whatever else it returns.",
        line=at_flow("unanswered_leaves"),
        fill=flow_name("unanswered_leaves"),
    ),
    Entry(
        id="closes-without-answer",
        echo=ADVICE_ONLY,
        applies=both(code("server-silent"), asked, no(answered), closes_first, no(waits_in("accept")), no(caught)),
        reason="Your server is done with the connection without having sent anything back.",
        next_step="Send what recv returned back before the connection is closed.",
        line=first_of(recv_line, at_call("accept")),
    ),
    Entry(
        id="accepts-again",
        applies=both(either(code("server-silent"), both(code("address-not-printed"), second_accept, shows_address)),
                     waits_in("accept"), no(uses("Thread", "Process", "fork", "start_new_thread", "submit"))),
        reason="Your server was waiting in accept for another client while the first one was still waiting "
        "for its answer.",
        next_step="Answer a client on its own connection first; each call of accept waits for a further client.",
        line=at_wait,
    ),
    Entry(
        id="reply-cut",
        echo=ADVICE_ONLY,
        applies=both(code("server-partial"), in_one_piece, plain_start, no(both(is_buffer, is_over))),
        reason="Your server sends back only a part of a message: {actual} of {expected}.",
        next_step="Send back all of what recv returned, from the first byte to the last.",
        line=send_line,
    ),
    Entry(
        id="reply-stopped-short",
        echo=ADVICE_ONLY,
        applies=both(
            code("server-partial"), is_over, plain_start,
        ),
        reason="Your server sends back {part} of a message, and then no more{left}.",
        next_step="One recv is one piece of the stream, and more may follow: keep receiving and sending back "
        "until recv "
        "returns b''.",
        line=first_of(at_left, recv_line),
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
        id="address-left-out",
        applies=both(code("address-not-printed"), calls("print"), lambda finding, clues: bool(clues.printed.strip())),
        reason="Your server prints something, and the client's address is not in it.",
        next_step="accept returns two things: the second one is the client's address. Print that.",
        line=at_announcement,
    ),
    Entry(
        id="nothing-announced",
        applies=both(code("address-not-printed"), lambda finding, clues: not clues.printed.strip(),
                     either(no(stopped("cpu")), no(shows_address))),
        reason="Your server prints nothing when a client connects.",
        next_step="accept returns the connection and the client's address. Print the address after accept.",
        line=at_call("accept"),
    ),
    Entry(
        id="spins-after-close",
        applies=both(
            code("does-not-end"), role("server"), closed_by_client,
            either(stopped("cpu"), both(stopped("output", "wall"), calls("recv"))), no(has_much_to_say),
        ),
        reason="After the client has closed, your server goes round in its loop for ever: recv returns b'' each time. "
        "{used_up}",
        next_step="An empty result of recv says that the client has closed: leave the loop then.",
        line=first_of(recv_line, at_loop),
    ),
    Entry(
        id="connection-kept",
        applies=both(code("does-not-end"), role("server"), waits_in("accept", *EVENT_LOOPS, "join"), not_closed,
                     kept_by_parent),
        reason="After the client has closed, its connection stays open: the main program has it as well as the process "
        "that your server starts for it, and never closes it; it was {waited}.",
        next_step="Close the connection in the main program too, once the process has been started: each of the two "
        "has the connection for itself.",
        line=at_call("Process", "fork"),
    ),
    Entry(
        id="connection-not-closed",
        applies=both(code("does-not-end"), role("server"), waits_in("accept", *EVENT_LOOPS, "join"), not_closed),
        reason="After the client has closed, your server never closes its own end of the connection; it was {waited}.",
        next_step="When its client is done, recv returns b'': close the connection then; a with block around it does "
        "so by itself.",
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
