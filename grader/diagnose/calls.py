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
)
from grader.diagnose.tree import RECEIVES, SENDS
from grader.diagnose.words import plain, quoted
from grader.verdicts import Finding

ADDRESS_CALLS = ("bind", "connect", "connect_ex")
SERVER_CLASSES = ("TCPServer", "ThreadingTCPServer", "ForkingTCPServer")
ADDRESSED = (*ADDRESS_CALLS, "create_connection", "create_server", *SERVER_CLASSES)

in_use = either(error("OSError", "[Errno 98]"), error("OSError", "Address already in use"))
address_line = first_of(at_trace, at_call(*ADDRESS_CALLS))
send_line = first_of(at_trace, at_call(*SENDS))


def address_call(clues: Clues) -> str:
    """`bind` or `connect`: the call on the exception's line, else what the role calls for."""
    here = clues.raising
    usual = "bind" if clues.role == "server" else "connect"
    return next((call.name for call in here if call.name in ADDRESSED), usual)


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


def called(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The call and the name that an exception is about."""
    trace = clues.trace
    here = clues.raising
    attribute = re.search(r"has no attribute '(\w+)'", trace.message) if trace else None
    meant = re.search(r"Did you mean: '([\w.]+)'", trace.message) if trace else None
    function = re.match(r"(?:[\w.<>]+\.)?(\w+)\(\)", trace.message) if trace else None
    return {
        "call": plain(function[1] if function else here[0].name if here else "a call"),
        "attribute": plain(attribute[1]) if attribute else "a name",
        "meant": f" Python asks: did you mean {plain(meant[1])}?" if meant else "",
        "bare": next((name for source in clues.sources for name, _ in source.bare if name == "listen"), ""),
    }


def address_arguments(clues: Clues) -> int:
    """How many arguments the call on the exception's line has."""
    here = clues.raising
    return next((call.arguments for call in here if call.name in ADDRESSED), 0)


def unpacked_inside(finding: Finding, clues: Clues) -> bool:
    """The library could not take an address apart into host and port."""
    trace = clues.trace
    return (
        trace is not None
        and trace.kind in ("ValueError", "TypeError")
        and "unpack" in trace.message
        and trace.function in ("create_connection", "create_server")
        and raised_in(*ADDRESSED)(finding, clues)
    )


def listens_first(finding: Finding, clues: Clues) -> bool:
    """listen stands before bind, which is called once."""
    listens, binds = clues.calls("listen"), clues.calls("bind")
    return len(binds) == 1 and bool(listens) and listens[0].line < binds[0].line


def bound_again(finding: Finding, clues: Clues) -> bool:
    """The exception came from bind. One that was caught names no line: bind was asked for twice then, by a program
    that lets its socket listen, as accept fails in the same way on one that does not."""
    if clues.trace is not None and clues.trace.place is not None:
        return raised_in("bind")(finding, clues)
    return len(clues.dials("bind")) > 1 and clues.uses("listen")


def low_port(finding: Finding, clues: Clues) -> bool:
    """A port below 1024 was asked for."""
    return any(0 < dial.port < 1024 for dial in clues.dials("bind"))


def any_error(finding: Finding, clues: Clues) -> bool:
    """Some exception ended the program or a thread of it."""
    return clues.trace is not None and is_cause(finding, clues) and not told_by_client(finding, clues)


def told_by_client(finding: Finding, clues: Clues) -> bool:
    """A client's time-out struck while it was receiving: why nothing came is told by what it had sent and received."""
    known = finding.code in ("client-silent", "reply-not-printed") and clues.role == "client" and clues.gave_up
    return known and clues.waiting is not None and clues.waiting.call in RECEIVES


ADDRESSES = (
    Entry(
        id="address-two-arguments",
        applies=both(
            either(
                error("TypeError", "bind() takes exactly one argument"),
                error("TypeError", "connect() takes exactly one argument"),
                error("TypeError", "connect_ex() takes exactly one argument"),
                both(error("TypeError", "create_server() takes 1 positional argument but")),
                both(unpacked_inside, lambda finding, clues: address_arguments(clues) > 1),
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
            unpacked_inside,
        ),
        reason="Your {role} gives {call} something else than an address{where}: it takes a pair of host and port.",
        next_step="Give it one tuple of two values, the host as text and the port as a number.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="address-swapped",
        applies=both(
            raised_in(*ADDRESSED),
            either(
                error("TypeError", "str, bytes or bytearray expected, not int"),
                error("TypeError", "getaddrinfo() argument 1 must be string or None"),
            ),
        ),
        reason="Your {role} gives {call} a number where the host belongs{where}.",
        next_step="In an address the host comes first, as text, and then the port, as a number.",
        line=address_line,
        fill=address_values,
    ),
    Entry(
        id="port-is-text",
        applies=both(
            raised_in(*ADDRESSED),
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
                       error("gaierror", "Temporary failure in name resolution"), error("OSError", "[Errno -2]"),
                       error("OSError", "[Errno -3]"), error("OSError", "[Errno -5]")),
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
        id="bind-after-listen",
        applies=both(error("OSError", "[Errno 22]"), raised_in("bind"), listens_first),
        reason="Your server calls bind after listen: by then its socket has another address already.",
        next_step="Give the socket its address first, and let it listen then.",
        line=at_trace,
    ),
    Entry(
        id="bind-twice",
        applies=both(error("OSError", "[Errno 22]"), bound_again),
        reason="Your {role} calls bind on a socket that has its address already.",
        next_step="Bind each socket once, before listen.",
        line=at_trace,
    ),
)  # fmt: skip
