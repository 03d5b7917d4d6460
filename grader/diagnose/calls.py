"""Calls used in a way that Python or the system refuses, told by the exception and the line that it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    at_call,
    at_trace,
    both,
    either,
    error,
    first_of,
    is_cause,
    raised_in,
    role,
    uses,
)  # fmt: skip
from grader.diagnose.trace import Place
from grader.diagnose.words import plain, quoted
from grader.verdicts import Finding

ADDRESS_CALLS = ("bind", "connect", "connect_ex")
SENDS = ("sendall", "send", "write", "sendto")
RECEIVES = ("recv", "recv_into", "recvfrom")

in_use = either(error("OSError", "[Errno 98]"), error("OSError", "Address already in use"))
address_line = first_of(at_trace, at_call(*ADDRESS_CALLS))
send_line = first_of(at_trace, at_call(*SENDS))


def address_call(clues: Clues) -> str:
    """`bind` or `connect`: the call on the exception's line, else what the role calls for."""
    here = clues.calls_at(clues.trace.place if clues.trace else None)
    usual = "bind" if clues.role == "server" else "connect"
    return next((call.name for call in here if call.name in ADDRESS_CALLS), usual)


def address_values(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The call, and the address that was asked for."""
    name = address_call(clues)
    dial = next(iter(clues.dials(name.removesuffix("_ex"))), None)
    return {
        "call": name,
        "asked_host": quoted(dial.host) if dial else "the host",
        "asked_port": plain(str(dial.port)) if dial else "the port",
        "purpose": "of its own" if name == "bind" else "of the server",
    }


def accepted_targets(clues: Clues) -> int:
    """Into how many names the result of accept goes; 0 when it is not kept or not unpacked in an assignment."""
    return next((call.targets for call in clues.calls("accept")), 0)


def at_accept(finding: Finding, clues: Clues) -> Place | None:
    """The line of accept."""
    return clues.place_of("accept")


def on_listener(finding: Finding, clues: Clues) -> bool:
    """The line that failed receives or sends on the very socket that listens."""
    listeners = {call.owner for call in clues.calls("listen", "accept") if call.owner}
    here = clues.calls_at(clues.trace.place if clues.trace else None)
    return any(call.owner in listeners for call in here if call.name in (*RECEIVES, *SENDS))


def on_none_dialled(finding: Finding, clues: Clues) -> bool:
    """Nothing was connected before."""
    return not clues.dials("connect")


def called(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The call and the name that an exception is about."""
    trace = clues.trace
    here = clues.calls_at(trace.place if trace else None)
    attribute = re.search(r"has no attribute '(\w+)'", trace.message) if trace else None
    meant = re.search(r"Did you mean: '([\w.]+)'", trace.message) if trace else None
    function = re.match(r"(?:[\w.<>]+\.)?(\w+)\(\)", trace.message) if trace else None
    return {
        "call": plain(function[1] if function else here[0].name if here else "a call"),
        "attribute": plain(attribute[1]) if attribute else "a name",
        "meant": f" Python asks: did you mean {plain(meant[1])}?" if meant else "",
        "bare": next((name for source in clues.sources for name, _ in source.bare if name == "listen"), ""),
    }


def listen_named(finding: Finding, clues: Clues) -> bool:
    """`s.listen` stands there without parentheses."""
    return any(name == "listen" for source in clues.sources for name, _ in source.bare)


def at_bare(finding: Finding, clues: Clues) -> Place | None:
    """The first method that is named and not called."""
    return next((Place(file=one.path, line=one.bare[0][1]) for one in clues.sources if one.bare), None)


def low_port(finding: Finding, clues: Clues) -> bool:
    """A port below 1024 was asked for."""
    return any(0 < dial.port < 1024 for dial in clues.dials("bind"))


def any_error(finding: Finding, clues: Clues) -> bool:
    """Some exception ended the program or a thread of it."""
    return clues.trace is not None and is_cause(finding, clues)


ADDRESSES = (
    Entry(
        id="address-two-arguments",
        applies=both(
            either(
                error("TypeError", "bind() takes exactly one argument"),
                error("TypeError", "connect() takes exactly one argument"),
                error("TypeError", "connect_ex() takes exactly one argument"),
            )
        ),
        reason="Your {role} gives {call} more than one argument{where}; it takes exactly one, the address.",
        next_step="Host and port together are one value, a tuple: put them in parentheses of their own.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="address-not-pair",
        applies=either(
            error("TypeError", "AF_INET address must be tuple"),
            error("TypeError", "AF_INET address must be a pair"),
            error("TypeError", "AF_INET address must be a tuple"),
        ),
        reason="Your {role} gives {call} something else than an address{where}: it takes a pair of host and port.",
        next_step="Give it one tuple of two values, the host as text and the port as a number.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="address-swapped",
        applies=both(
            raised_in(*ADDRESS_CALLS, "create_connection", "create_server"),
            error("TypeError", "str, bytes or bytearray expected, not int"),
        ),
        reason="Your {role} gives {call} a number where the host belongs{where}.",
        next_step="In an address the host comes first, as text, and then the port, as a number.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="port-is-text",
        applies=both(
            raised_in(*ADDRESS_CALLS, "create_connection", "create_server"),
            either(
                error("TypeError", "'str' object cannot be interpreted as an integer"),
                error("TypeError", "an integer is required (got type str)"),
            ),
        ),
        reason="Your {role} gives {call} a port that is text{where}; a port is a number.",
        next_step="Write the port without quotes.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="port-out-of-range",
        applies=error("OverflowError", "port must be 0-65535"),
        reason="Your {role} asks for a port that does not exist{where}: ports go from 0 to 65535.",
        next_step="Use the port of the assignment, {expected_port}.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="port-privileged",
        applies=both(error("PermissionError", "[Errno 13]"), low_port),
        reason="Your server asks for port {asked_port}; ports below 1024 are kept for the system.",
        next_step="Use the port of the assignment, {expected_port}.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="host-unknown",
        applies=either(error("gaierror"), error("gaierror", "Name or service not known"),
                       error("gaierror", "Temporary failure in name resolution")),
        reason="Your {role} asks{where} for a host by a name that no machine here has.",
        next_step="Use the host of the assignment, {expected_host}; check it for typing mistakes.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="address-not-here",
        applies=error("OSError", "[Errno 99]"),
        reason="Your server asks for the address {asked_host}, which does not belong to the machine that it runs on.",
        next_step="Use the host of the assignment, {expected_host}.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="client-binds",
        applies=both(role("client"), in_use),
        reason="Your client binds its socket to the server's own address{where}, which the server is using already.",
        next_step="A client needs no bind: connect gives it an address of its own.",
        line=first_of(at_trace, at_call("bind")),
    ),
    Entry(
        id="address-in-use",
        applies=in_use,
        reason="Your {role} asks twice for the same address: the second time it is in use, by your program itself.",
        next_step="Bind one socket, once.",
        staff="Each run has a network of its own, so nobody else can hold the port.",
        line=first_of(at_trace, at_call("bind")),
    ),
    Entry(
        id="bind-twice",
        applies=both(error("OSError", "[Errno 22]"), raised_in("bind")),
        reason="Your {role} calls bind on a socket that has its address already.",
        next_step="Bind each socket once, before listen.",
        line=at_trace,
    ),
)  # fmt: skip

SOCKETS = (
    Entry(
        id="listen-without-parentheses",
        applies=both(role("server"), error("OSError", "[Errno 22]"), listen_named),
        reason="Your server names listen and does not call it: the parentheses are missing, so that accept fails.",
        next_step="Put parentheses after the name: only then Python calls it.",
        line=at_bare,
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
        applies=both(
            either(
                error("AttributeError", "'tuple' object has no attribute"),
                error("TypeError", "'tuple' object does not support the context manager"),
                error("AttributeError", "__enter__"),
            ),
            lambda finding, clues: accepted_targets(clues) == 2,
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
        id="not-connected",
        applies=both(
            role("client"),
            either(
                error("OSError", "[Errno 107]"), error("BrokenPipeError", "[Errno 32]"), error("OSError", "[Errno 89]")
            ),
            on_none_dialled,
        ),
        reason="Your client uses its socket{where} before it is connected.",
        next_step="Call connect first: it establishes the connection that sending and receiving need.",
        line=first_of(at_trace, at_call("sendall", "send", "recv")),
    ),
    Entry(
        id="used-after-close",
        applies=error("OSError", "[Errno 9]"),
        reason="Your {role} uses a socket that is closed already{where}.",
        next_step="Look for a close before this line, or for a with block that ends before it: at the end of the block "
        "its socket is closed.",
        line=at_trace,
    ),
    Entry(
        id="connected-twice",
        applies=either(error("OSError", "[Errno 106]"), error("OSError", "[Errno 114]")),
        reason="Your {role} calls connect on a socket that is connected already{where}.",
        next_step="Connect each socket once.",
        line=at_trace,
    ),
    Entry(
        id="timed-out",
        applies=either(error("TimeoutError"), error("timeout")),
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
