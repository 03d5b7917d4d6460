"""Text and bytes mixed up, and everything else that an exception tells."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.diagnose.calls import any_error, called, send_line
from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    Found,
    at_call,
    at_trace,
    both,
    calls,
    code,
    either,
    error,
    first_of,
    no,
    raised_in,
)
from grader.diagnose.loading import NAME, subject
from grader.diagnose.trace import Place
from grader.diagnose.tree import SENDS
from grader.diagnose.words import plain
from grader.verdicts import Finding

MOST_LINE = 400  # characters of a line that are looked at


def at_called(finding: Finding, clues: Clues) -> Place | None:
    """Where the function begins that an exception without a line of the student's is about."""
    name = called(finding, clues)["call"]
    found = ((one.path, line) for one in clues.sources for each, line in one.flow.defined if each == name)
    return next((Place(file=path, line=line) for path, line in found), None)


def refused_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What to do about a connection that is refused: at the right address it can only be one too many."""
    asked = [(dial.host, dial.port) for dial in clues.dials("connect")][-1:]
    if asked == [(clues.expected_host, clues.expected_port)] and clues.events("accepted"):
        return {"refused": "The server takes one client, and has taken your first connection: ask for one only."}
    address = f"{plain(clues.expected_host)}, port {clues.expected_port}"
    return {"refused": f"Compare the address with that of the assignment, {address}."}


def defined_below(finding: Finding, clues: Clues) -> Found | None:
    """The line that uses a name, where the same file defines it by itself further down than it has come."""
    trace = clues.trace
    if trace is None or trace.place is None:
        return None
    source, name = clues.source(trace.place.file), subject(NAME, clues)
    defined = next((line for one, line in source.flow.top_names if one == name), 0)
    reached = trace.outer.line if trace.outer is not None and trace.outer.file == source.path else trace.place.line
    if defined <= reached:
        return None
    endless = any(line <= reached and defined in behind for _, line, behind in source.flow.unreached)
    loop = ": here that is before the loop in which it is used" if endless else ""
    return Found(place=trace.place, words={"name": plain(name), "defined": str(defined), "loop": loop})


def of_module(finding: Finding, clues: Clues) -> bool:
    """The exception is about a name of the module socket, and the program gives that module's name to something."""
    attribute = called(finding, clues)["attribute"]
    assigned = re.compile(r"\s*socket\s*=[^=]|.*\bas socket\s*:")
    given = any(assigned.match(line[:MOST_LINE]) for source in clues.sources for line in source.lines)
    return given and (attribute.isupper() or attribute in ("socket", "error", "timeout", "create_server"))


def own_name(finding: Finding, clues: Clues) -> Found | None:
    """A name that a function uses before it has given it a value, while the file's own statements give it one."""
    place = clues.trace.place if clues.trace is not None else None
    quoted_name = re.search(r"variable '(\w+)'", clues.trace.message if clues.trace is not None else "")
    outside = dict(clues.source(place.file).flow.top_names) if place is not None else {}
    if place is None or quoted_name is None or quoted_name[1] not in outside:
        return None
    name = quoted_name[1]
    return Found(place=place, words={"name": plain(name), "outside": str(outside[name])})


def own_builtin(finding: Finding, clues: Clues) -> Found | None:
    """A call of a function of Python's own, whose name the program gives to something else."""
    place = clues.trace.place if clues.trace is not None else None
    called_here = {call.name for call in clues.raising if not call.owner}
    given = clues.source(place.file).flow.own_builtins if place is not None else ()
    found = next((one for one in given if one[0] in called_here), None)
    return Found(place=place, words={"name": found[0], "given": str(found[1])}) if place and found else None


ERRORS = (
    Entry(
        id="str-not-bytes",
        applies=either(
            error("TypeError", "a bytes-like object is required, not 'str'"),
            both(raised_in(*SENDS), error("TypeError", "data must be bytes")),
            both(raised_in(*SENDS), error("TypeError", "data argument must be a bytes-like object, not 'str'")),
            both(raised_in(*SENDS), error("TypeError", "memoryview: a bytes-like object is required, not 'str'")),
        ),
        reason="Your {role} hands text (str) to a call that takes bytes{where}; sockets carry bytes.",
        next_step="Write the message as bytes, with a b before its quotes, or turn the text into bytes with encode.",
        line=send_line,
    ),
    Entry(
        id="not-called",
        applies=either(
            error("TypeError", "method object"),
            error("TypeError", "'builtin_function_or_method'"),
            error("TypeError", "'method'"),
            error("AttributeError", "'builtin_function_or_method' object"),
            error("AttributeError", "'method' object"),
            error("AttributeError", "'function' object"),
        ),
        reason="Your {role} names a function without calling it{where}. Python says {message}.",
        next_step="Put parentheses after the function's name: only then Python calls it.",
        line=at_trace,
    ),
    Entry(
        id="not-bytes",
        applies=either(
            error("TypeError", "a bytes-like object is required, not"),
            error("TypeError", "data argument must be a bytes-like object, not"),
        ),
        reason="Your {role} hands something that is not bytes to a call that takes bytes{where}. Python says "
        "{message}.",
        next_step="Hand on the bytes themselves: what recv returned, or a message written with a b before its quotes.",
        line=send_line,
    ),
    Entry(
        id="mixes-str-and-bytes",
        applies=either(
            error("TypeError", "can't concat str to bytes"),
            error("TypeError", 'can only concatenate str (not "bytes") to str'),
            error("TypeError", "can't concat bytes to str"),
        ),
        reason="Your {role} joins text (str) and bytes{where}, which Python does not do by itself.",
        next_step="Make both of one kind: decode turns bytes into text, encode turns text into bytes.",
        line=at_trace,
    ),
    Entry(
        id="joins-other",
        applies=either(
            error("TypeError", "can only concatenate"),
            error("TypeError", "unsupported operand type(s) for +"),
            error("TypeError", "can't concat"),
        ),
        reason="Your {role} joins two values of different kinds with +{where}. Python says {message}.",
        next_step="print takes several values of any kind, with commas between them; or put them into an f-string.",
        line=at_trace,
    ),
    Entry(
        id="percent-places",
        applies=either(
            error("TypeError", "not all arguments converted during string formatting"),
            error("TypeError", "not enough arguments for format string"),
        ),
        reason="Your {role} gives a text with % another number of values than it has places for{where}.",
        next_step="A tuple, as a client's address is one, gives each of its parts to a place of its own. An f-string "
        "takes it as one value.",
        line=at_trace,
    ),
    Entry(
        id="encodes-bytes",
        applies=either(
            error("AttributeError", "'bytes' object has no attribute 'encode'"),
            error("AttributeError", "'str' object has no attribute 'decode'"),
        ),
        reason="Your {role} converts what needs no converting{where}. Python says {message}.",
        next_step="encode makes bytes of text, decode makes text of bytes. recv returns bytes, and sendall "
        "takes bytes.",
        line=at_trace,
    ),
    Entry(
        id="decodes-bytes",
        applies=error("UnicodeDecodeError"),
        reason="Your {role} decodes what it receives{where}, and stops at bytes that are not UTF-8 text.",
        next_step="Hand on the bytes as they came. To show them, print their repr, which works for any bytes.",
        line=first_of(at_trace, at_call("decode")),
    ),
    Entry(
        id="encode-error",
        applies=error("UnicodeEncodeError"),
        reason="Your {role} turns text into bytes with an encoding that does not know all of its characters{where}.",
        next_step="Hand on the bytes as they came, without decoding and encoding them.",
        line=first_of(at_trace, at_call("encode")),
    ),
    Entry(
        id="class-imported",
        applies=either(
            error("AttributeError", "type object 'socket' has no attribute"),
            error("AttributeError", "type object 'socket.socket' has no attribute"),
        ),
        reason="Your {role} has imported the class socket itself{where}, and uses it as if it were the module "
        "of that name.",
        next_step="Import the module: then both the class and the constants are found in it, after a dot.",
        line=at_trace,
    ),
    Entry(
        id="module-name-reused",
        applies=both(error("AttributeError", "'socket' object has no attribute"), of_module),
        reason="Your {role} uses {attribute}{where}, which the module socket has, and reaches a socket by that name: "
        "the name socket was given to it.",
        next_step="Give your socket a name of its own, another one than the module's.",
        line=at_trace,
        fill=called,
    ),
    Entry(
        id="attribute-unknown",
        applies=either(
            error("AttributeError", "'socket' object has no attribute"),
            error("AttributeError", "module 'socket' has no attribute"),
        ),
        reason="Your {role} uses {attribute}{where}, and a socket has nothing of that name.{meant}",
        next_step="Check the spelling, capital letters included, and how socket is imported.",
        line=at_trace,
        fill=called,
    ),
    Entry(
        id="module-called",
        applies=error("TypeError", "'module' object is not callable"),
        reason="Your {role} calls a module as if it were a function{where}.",
        next_step="The module socket holds a class that is called socket as well: write both names with a dot between.",
        line=at_trace,
    ),
    Entry(
        id="builtin-name-reused",
        applies=error("TypeError", "object is not callable"),
        reason="Your {role} calls {name}{where}, and has given this name to something else in line {given}: Python's "
        "own function {name} cannot be reached by it any more.",
        next_step="Give what has it in line {given} another name, wherever it is used.",
        found=own_builtin,
    ),
    Entry(
        id="handler-called",
        applies=both(error("TypeError", "RequestHandler.__init__() missing"), no(calls("super"))),
        reason="Your {role} makes an object of its handler class by itself{where}; the server makes one a client.",
        next_step="Hand over the class, without parentheses behind its name.",
        line=at_trace,
    ),
    Entry(
        id="called-on-class",
        applies=error("TypeError", "missing 1 required positional argument: 'self'"),
        reason="Your {role} calls {call} of a class{where}, without an object of that class.",
        next_step="Make an object first, with parentheses behind the name of the class, and call its method.",
        line=at_trace,
        fill=called,
    ),
    Entry(
        id="bytes-without-encoding",
        applies=error("TypeError", "string argument without an encoding"),
        reason="Your {role} calls bytes with a text{where}, and does not say how the text is to be encoded.",
        next_step="Write the message as bytes, with a b before its quotes, or turn the text into bytes with encode.",
        line=at_trace,
    ),
    Entry(
        id="call-arguments",
        applies=either(
            error("TypeError", "argument"),
            error("TypeError", "an integer is required"),
            error("TypeError", "cannot be interpreted as an integer"),
        ),
        reason="Your {role} calls {call} with the wrong arguments{where}. Python says {message}.",
        next_step="Compare what you put in the parentheses with what the call takes.",
        line=first_of(at_trace, at_called),
        fill=called,
    ),
    Entry(
        id="global-missing",
        applies=error("UnboundLocalError"),
        reason="Your {role} uses {name} in a function{where} before it has a value there: since the function gives "
        "{name} a value, it is a name of the function's own, and not the one of line {outside}.",
        next_step="Write global {name} as the first line of the function, or give the value to the function and back "
        "by return.",
        found=own_name,
    ),
    Entry(
        id="name-unassigned",
        applies=error("UnboundLocalError"),
        reason="Your {role} uses a name{where} before it has a value there. Python says {message}.",
        next_step="Give it a value on every way that leads to this line.",
        line=at_trace,
    ),
    Entry(
        id="defined-below",
        applies=error("NameError"),
        reason="Your {role} uses {name}{where}, and defines it only further down, in line {defined}: Python runs a "
        "file from the top, and has not come there yet.",
        next_step="Define it further up, before the first statement that needs it{loop}.",
        found=defined_below,
    ),
    Entry(
        id="name-error",
        applies=both(error("NameError")),
        reason="Your {role} uses a name{where} that has no value there. Python says {message}.",
        next_step="Check the spelling, capital letters included, and that the name gets its value before this line.",
        line=at_trace,
    ),
    Entry(
        id="refusal-not-told",
        applies=both(error("ConnectionRefusedError"), code("text-not-printed")),
        reason="Nobody listens in this check, and your {role} stops with ConnectionRefusedError{where}, without "
        "printing {expected}.",
        next_step="Put try around the call, and print that text in except ConnectionRefusedError. {hint}",
        line=at_trace,
    ),
    Entry(
        id="connection-refused",
        applies=error("ConnectionRefusedError"),
        reason="Your {role} asks for a connection{where}, and nobody listens at the address that it asks for.",
        next_step="{refused} {hint}",
        line=at_trace,
        fill=refused_words,
    ),
    Entry(
        id="format-unknown",
        applies=either(
            error("TypeError", "unsupported format string"),
            error("TypeError", "format: a"),
            error("ValueError", "format code"),
            error("ValueError", "Invalid format specifier"),
        ),
        reason="Your {role} asks{where} for a format that this value does not have: {error}. What stands behind the "
        "colon in braces, or behind %, says how a value is to be written.",
        next_step="Use one that every value has: braces without a colon, or %s. With !r in the braces, or as %r, a "
        "value is shown as repr shows it.",
        line=at_trace,
    ),
    Entry(
        id="exception",
        applies=any_error,
        reason="Your {role} stops with an error{where}: {error}.",
        next_step="Read the message and look at this line: what does it have, and what does it expect? {hint}",
        line=at_trace,
    ),
)
