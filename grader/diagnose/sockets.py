"""Sockets used in a state that does not allow it, or in the place of another, told by the exception and its line."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose.calls import told_by_client
from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    at_call,
    at_trace,
    both,
    either,
    error,
    first_of,
    flows,
    no,
    raised_in,
    role,
    uses,
)
from grader.diagnose.server import speechless
from grader.diagnose.source import Source
from grader.diagnose.trace import Place
from grader.diagnose.tree import RECEIVES, SENDS
from grader.printed import contains
from grader.verdicts import Finding

AT_ONCE = ("recv", "recv_into", "recvfrom", "recvmsg", "sock_recv")  # return what is there


def accepted_targets(clues: Clues) -> int:
    """Into how many names the result of accept goes; 0 when it is not kept or not unpacked in an assignment."""
    return next((call.targets for call in clues.calls("accept")), 0)


def at_accept(finding: Finding, clues: Clues) -> Place | None:
    """The line of accept."""
    return clues.place_of("accept")


def on_listener(finding: Finding, clues: Clues) -> bool:
    """The line that failed receives or sends on the very socket that listens."""
    listeners = {call.owner for call in clues.calls("listen", "accept") if call.owner}
    here = clues.raising
    return any(call.owner in listeners for call in here if call.name in (*RECEIVES, *SENDS))


def on_none_dialled(finding: Finding, clues: Clues) -> bool:
    """Nothing was connected before."""
    return not clues.dials("connect")


def on_another_socket(finding: Finding, clues: Clues) -> bool:
    """A connection came about, and the socket that failed is none of it: it never had one, or it could not send, with
    nothing said before and nothing closed by the peer."""
    if clues.trace is None or not clues.events("accepted"):
        return False
    if clues.trace.kind == "BrokenPipeError":
        shut = clues.uses("shutdown", "shut_wr", "detach")
        return not clues.said and not shut and clues.first_close in ("", "fin-received")
    return any(call.name in (*RECEIVES, *SENDS) for call in clues.raising)


def is_bare(method: str, clues: Clues) -> bool:
    """`s.listen` stands there without parentheses."""
    return at_bare(method, clues) is not None


def at_bare(method: str, clues: Clues) -> Place | None:
    """Where this method is named and not called."""
    named = ((one.path, line) for one in clues.sources for name, line in one.bare if name == method)
    return next((Place(file=path, line=line) for path, line in named), None)


def closing(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """Where the socket of the exception's line is closed: by a call, or at the end of a with block."""
    place = clues.trace.place if clues.trace else None
    owners = {call.owner for call in clues.raising if call.name in (*RECEIVES, *SENDS, "accept")}
    if place is None or not owners:
        return {"closed": ""}
    return {"closed": closed_where(clues.source(place.file), place.line, owners)}


def closed_where(source: Source, line: int, owners: set[str]) -> str:
    """Where a socket of these names was closed before a line was reached: further up, or in another function, or, in
    an earlier turn of a loop around the line, further down."""
    here = next((call.function for call in source.calls if call.line <= line <= call.end), "")
    closes = [call for call in source.calls if call.name == "close" and call.owner in owners]
    blocks = [(first, last) for name, first, last in source.flow.blocks if name in owners]
    loops = [(first, last) for first, last in source.loops if first <= line <= last]
    before = [call.line for call in closes if call.line < line or call.function != here]
    if before:
        return f"; it is closed in line {before[0]}"
    ended = [first for first, last in blocks if last < line]
    if ended:
        return f"; the with block of line {ended[-1]} closes it at its end"
    again = [call.line for call in closes if any(first <= call.line <= last for first, last in loops)]
    if again:
        return f"; line {again[0]} has closed it in an earlier turn of the loop"
    turns = [first for first, last in blocks if any(start <= first and last <= end for start, end in loops)]
    if turns:
        return f"; the with block of line {turns[-1]} has closed it in an earlier turn of the loop"
    within = [{call.function for call in source.calls if first <= call.line <= last} for first, last in blocks]
    elsewhere = [first for (first, _), functions in zip(blocks, within, strict=True) if functions - {here}]
    return f"; the with block of line {elsewhere[0]} closes it at its end" if elsewhere else ""


def gave_up_on_reply(finding: Finding, clues: Clues) -> bool:
    """The reply was on its way, and the time-out struck in the first call that receives, which would have returned with
    the reply's first bytes."""
    reads = clues.wire_calls(*RECEIVES)
    here = [call for call in clues.calls_at(clues.trace.place if clues.trace else None) if call in reads]
    if not (clues.said and clues.heard and here and here[0] == reads[0]):
        return False
    first = here[0]
    again = first.loop or len(clues.calls(first.function)) > 1 or any(one.loop for one in clues.calls(first.function))
    at_once = first.name in AT_ONCE or (first.name == "read" and first.arguments > 0 and clues.uses("open_connection"))
    return at_once and "WAITALL" not in first.text and not again and not contains(clues.printed, clues.heard)


not_yet_connected = either(
    error("OSError", "[Errno 107]"), error("BrokenPipeError", "[Errno 32]"), error("OSError", "[Errno 89]")
)

SOCKETS = (
    Entry(
        id="listen-without-parentheses",
        applies=both(role("server"), error("OSError", "[Errno 22]"), lambda finding, clues: is_bare("listen", clues)),
        reason="Your server names listen and does not call it: the parentheses are missing, so that accept fails.",
        next_step="Put parentheses after the name: only then Python calls it.",
        line=lambda finding, clues: at_bare("listen", clues),
    ),
    Entry(
        id="listen-missing",
        applies=both(role("server"), error("OSError", "[Errno 22]"), raised_in("accept")),
        reason="Your server calls accept{where} on a socket that does not listen.",
        next_step="Call listen between bind and accept: it makes the socket ready for clients.",
        line=first_of(at_trace, at_accept),
    ),
    Entry(
        id="accept-pair-swapped",
        applies=either(
            both(
                either(
                    error("AttributeError", "'tuple' object has no attribute"),
                    error("TypeError", "'tuple' object does not support the context manager"),
                    error("AttributeError", "__enter__"),
                ),
                lambda finding, clues: accepted_targets(clues) == 2,
            ),
            both(
                either(error("TypeError", "fileno() method"), error("ValueError", "Invalid file object: (")),
                flows("watched_address"),
            ),
        ),
        reason="Your server takes the two results of accept in the wrong order, and then uses the address as "
        "a socket{where}.",
        next_step="accept returns the connection first and the client's address second.",
        line=at_accept,
    ),
    Entry(
        id="accept-not-unpacked",
        applies=both(
            uses("accept"),
            either(
                error("AttributeError", "'tuple' object has no attribute"),
                error("TypeError", "'tuple' object does not support the context manager"),
                error("AttributeError", "__enter__"),
            ),
            lambda finding, clues: accepted_targets(clues) == 1,
        ),
        reason="Your server uses the result of accept as if it were the connection; it is a pair, and the "
        "connection is in it.",
        next_step="accept returns two things, the connection and the client's address: give each a name.",
        line=first_of(at_accept, at_trace),
    ),
    Entry(
        id="accept-unpacked-wrongly",
        applies=both(raised_in("accept"), either(error("ValueError", "unpack"), error("TypeError", "cannot unpack"))),
        reason="Your server does not take apart correctly what accept gives it{where}.",
        next_step="accept, called with parentheses, returns two things: the connection and the client's address.",
        line=first_of(at_trace, at_accept),
    ),
    Entry(
        id="recv-on-listener",
        applies=both(
            role("server"),
            either(error("OSError", "[Errno 107]"), error("BrokenPipeError", "[Errno 32]")),
            on_listener,
        ),
        reason="Your server uses the listening socket to talk to the client{where}; that socket only takes "
        "new connections.",
        next_step="Receive from and send to the connection that accept returned.",
        line=at_trace,
    ),
    Entry(
        id="connect-without-parentheses",
        applies=both(
            role("client"), not_yet_connected, on_none_dialled, lambda finding, clues: is_bare("connect", clues)
        ),
        reason="Your client names connect and does not call it: the parentheses are missing, so that its socket is not "
        "connected when it is used{where}.",
        next_step="Put parentheses with the server's address after the name: only then Python calls it.",
        line=lambda finding, clues: at_bare("connect", clues),
    ),
    Entry(
        id="not-connected",
        applies=both(role("client"), not_yet_connected, on_none_dialled),
        reason="Your client uses its socket{where} before it is connected.",
        next_step="Call connect first: it establishes the connection that sending and receiving need.",
        line=first_of(at_trace, at_call("sendall", "send", "recv")),
    ),
    Entry(
        id="another-socket-used",
        applies=both(
            role("client"),
            either(error("OSError", "[Errno 107]"), error("BrokenPipeError", "[Errno 32]")),
            on_another_socket,
        ),
        reason="Your client makes a connection, and then uses{where} a socket that is not connected.",
        next_step="A connection belongs to the one socket that connect was called on, or that create_connection "
        "returned, once that call is done: send and receive on that socket.",
        line=at_trace,
    ),
    Entry(
        id="used-after-close",
        applies=both(
            either(
                error("OSError", "[Errno 9]"),
                error("ValueError", "file descriptor cannot be a negative integer (-1)"),
                error("ValueError", "Invalid file descriptor: -1"),
            ),
            no(speechless),
        ),
        reason="Your {role} uses{where} a socket that is closed already{closed}.",
        next_step="Look for a close, or for the end of a with block, that comes before this line when the program "
        "runs: a with block closes its socket when it ends.",
        line=at_trace,
        fill=closing,
    ),
    Entry(
        id="connected-twice",
        applies=either(error("OSError", "[Errno 106]"), error("OSError", "[Errno 114]")),
        reason="Your {role} calls connect on a socket that is connected already{where}.",
        next_step="Connect each socket once.",
        line=at_trace,
    ),
    Entry(
        id="time-out-too-short",
        applies=both(role("client"), either(error("TimeoutError"), error("timeout")), gave_up_on_reply),
        reason="Your client waits for the reply only for a limited time, and gives up{where} before the reply is "
        "there.",
        next_step="A reply may take a while: leave the time-out out, or make it some seconds.",
        line=first_of(at_call("settimeout", "setdefaulttimeout", "wait_for", "timeout", "create_connection"), at_trace),
    ),
    Entry(
        id="timed-out",
        applies=both(either(error("TimeoutError"), error("timeout")), no(told_by_client)),
        reason="Your {role} waits only for a limited time{where}, and gives up: nothing came in that time.",
        next_step="Ask yourself what it waits for there, and who would have to send it. {hint}",
        line=at_trace,
    ),
    Entry(
        id="sends-after-shutdown",
        applies=both(error("BrokenPipeError"), uses("shutdown", "shut_wr")),
        reason="Your {role} goes on sending{where} after it has called shutdown, which ends its own sending.",
        next_step="Call shutdown only when nothing more is to be sent.",
        line=first_of(at_trace, at_call("shutdown")),
    ),
    Entry(
        id="peer-gone",
        applies=either(error("BrokenPipeError"), error("ConnectionResetError"), error("ConnectionAbortedError")),
        reason="Your {role} goes on using the connection{where} after the {peer} has closed it.",
        next_step="recv returns b'' once the other side has closed. Stop then.",
        line=at_trace,
    ),
)
