"""Parts that were left to be written: a TODO still there, and what it asks for not done."""

from __future__ import annotations

import re

from grader.diagnose.clues import Clues
from grader.diagnose.entry import Condition, Entry, Pointer, both, code, is_cause
from grader.diagnose.loading import at_stub
from grader.diagnose.source import Source
from grader.diagnose.trace import Place
from grader.verdicts import Finding

RUN_UP = ("run", "asyncio", "socketserver", "TCPServer", "start_server", "create_server", "ThreadingTCPServer")
DONE_BY: dict[str, tuple[str, ...]] = {
    "bind": ("bind", *RUN_UP),
    "listen": ("listen", *RUN_UP),
    "accept": ("accept", "sock_accept", *RUN_UP),
    "connect": ("connect", "connect_ex", "create_connection", "open_connection", "sock_connect", "asyncio"),
    "recv": ("recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "read", "readline", "readlines",
             "readexactly", "readuntil", "readinto", "makefile", "fdopen", "sock_recv", "data_received", "rfile",
             "asyncio"),
    "send": ("send", "sendall", "sendto", "sendmsg", "write", "writelines", "sock_sendall", "wfile", "sendfile"),
}  # fmt: skip
WORDS = {
    "bind": r"\bbind", "listen": r"\blisten", "accept": r"\baccept", "connect": r"\bconnect\b",
    "recv": r"\brecv|\breceiv", "send": r"\bsend|\becho",
}  # fmt: skip
PLACEHOLDER = re.compile(r"\s*(?:pass|\.\.\.)\s*(?:#.*)?")
ORDER = {"server": ("bind", "listen", "accept", "recv", "send"), "client": ("connect", "send", "recv")}

behind = code(
    "never-listens", "never-connects", "listens-elsewhere", "address-not-printed", "server-silent", "client-silent",
    "reply-not-printed", "exit-status", "does-not-end", "connection-failed", "refusal-hidden",
)  # fmt: skip


def missing(clues: Clues) -> str | None:
    """The first call that the program has to make and does not mention."""
    if not clues.main.parsed:
        return None
    return next((name for name in ORDER.get(clues.role, ()) if not clues.uses(*DONE_BY[name])), None)


def asked_for(text: str, clues: Clues) -> list[str]:
    """The calls that a TODO asks for, of those that the program has to make."""
    return [name for name in ORDER.get(clues.role, ()) if re.search(WORDS[name], text, re.IGNORECASE)]


def todo_line(name: str | None, clues: Clues) -> Place | None:
    """The TODO that asks for a call, and of whose calls none is made; without a name, the first that names no call and
    below which nothing is written. What stands below another one was written for it, and may only be wrong."""
    for source in clues.sources:
        for line, text in source.todos:
            asked = asked_for(text, clues)
            still_open = name in asked and not any(clues.uses(*DONE_BY[one]) for one in asked)
            if still_open or (name is None and not asked and is_bare(line, source)):
                return Place(file=source.path, line=line)
    return None


def is_bare(line: int, source: Source) -> bool:
    """Whether no statement but a placeholder follows a comment in its block."""
    behind = [one for one in source.lines[line:] if one.strip() and not one.lstrip().startswith("#")]
    first = behind[0] if behind else ""
    outside = len(first) - len(first.lstrip()) < len(source.text(line)) - len(source.text(line).lstrip())
    return not first or outside or PLACEHOLDER.fullmatch(first) is not None


def follows(finding: Finding, clues: Clues) -> bool:
    """No exception, or one that comes of a step left out: an unready socket, a name that was never given a value."""
    kinds = ("OSError", "BrokenPipeError", "NameError", "UnboundLocalError", "ConnectionRefusedError")
    return clues.trace is None or (is_cause(finding, clues) and clues.trace.kind in kinds)


def left(name: str) -> Condition:
    """This call is the first that is missing, and its TODO is still there. A server that connects has written
    something, and the wrong call."""

    def holds(finding: Finding, clues: Clues) -> bool:
        instead = name == "bind" and clues.uses(*DONE_BY["connect"])
        return missing(clues) == name and not instead and todo_line(name, clues) is not None

    return holds


def at_todo(name: str | None) -> Pointer:
    """The line of that TODO."""
    return lambda finding, clues: todo_line(name, clues)


def some_left(finding: Finding, clues: Clues) -> bool:
    """A call is missing, and there is a TODO, whatever it says."""
    return missing(clues) is not None and todo_line(None, clues) is not None


def stub_left(finding: Finding, clues: Clues) -> bool:
    """A call is missing, and there is an empty body where it could stand."""
    return missing(clues) is not None and at_stub(finding, clues) is not None


def todo(name: str, reason: str) -> Entry:
    """The entry of one TODO."""
    return Entry(
        id=f"todo-{name}",
        applies=both(behind, follows, left(name)),
        reason=reason,
        next_step="Write the code that this TODO asks for, and take the comment out. {hint}",
        line=at_todo(name),
    )


TODOS = (
    todo("bind", "The TODO for bind is still open: your server's socket is not given its address."),
    todo("listen", "The TODO for listen is still open: your server's socket is never made ready for clients."),
    todo("accept", "The TODO for accept is still open: your server never takes a client's connection."),
    todo("connect", "The TODO for connect is still open: your client never asks for a connection."),
    todo("send", "The TODO for sending is still open: your {role} never sends anything."),
    todo("recv", "The TODO for receiving is still open: your {role} never reads what the {peer} sends."),
    Entry(
        id="todo-left",
        applies=both(behind, follows, some_left),
        reason="Your {role} still has a TODO, and a part of its work is missing.",
        next_step="Write the code that this TODO asks for, and take the comment out. {hint}",
        line=at_todo(None),
    ),
    Entry(
        id="stub-left",
        applies=both(behind, follows, stub_left),
        reason="A part of your {role} does nothing yet: there is only a placeholder.",
        next_step="Write this part in place of the placeholder. {hint}",
        line=at_stub,
    ),
)
