"""Programs that run the other program of the hand-in: by importing its file, or by starting it."""

from __future__ import annotations

import re

from grader.diagnose.clues import WAITING_CALLS, Clues
from grader.diagnose.entry import Entry, Found, both, code, is_cause, role
from grader.diagnose.source import Call, Source
from grader.diagnose.trace import Place
from grader.diagnose.words import plain
from grader.verdicts import Finding

# What the program of each role calls, and that of the other does not.
CALLED_BY = {
    "server": ("bind", "listen", "accept", "create_server", "start_server", "TCPServer", "ThreadingTCPServer"),
    "client": ("connect", "connect_ex", "create_connection", "open_connection"),
}
PEER = {"server": "client", "client": "server"}
IMPORTS = re.compile(r"\s*(?:from\b.*\bimport\b|import\b)|.*\b(?:import_module|__import__)\s*\(")
STARTS = (
    "Popen", "run", "call", "check_call", "check_output", "getoutput", "system", "popen", "startfile", "run_path",
    "create_subprocess_exec", "create_subprocess_shell", "spawnl", "spawnlp", "spawnv", "spawnvp", "posix_spawn",
)  # fmt: skip
STARTING_WORDS = ("subprocess", "system", "popen", "spawn", "startfile", "runpy")  # one of them is where a start is
MOST_LINE = 400  # characters of a line that are looked at


def does_role(path: str, server_or_client: str, clues: Clues) -> bool:
    """Whether a file of the student's makes the calls of this role."""
    return any(call.name in CALLED_BY.get(server_or_client, ()) for call in clues.source(path).calls)


def is_peers(path: str, clues: Clues) -> bool:
    """Whether a file does the work of the other role, and not this one's."""
    other = PEER.get(clues.role, "")
    return path != clues.record.file and does_role(path, other, clues) and not does_role(path, clues.role, clues)


def ends_of_stack(clues: Clues) -> tuple[Place, Place] | None:
    """The student's outermost and innermost line, where it failed or stood when it was stopped."""
    if clues.trace is not None and clues.trace.outer is not None and clues.trace.place is not None:
        return clues.trace.outer, clues.trace.place
    own = [frame for frame in clues.own_frames if frame.thread == clues.record.stack[0].thread]
    places = [Place(file=frame.file, line=frame.line) for frame in own]
    return (places[-1], places[0]) if places else None


def imported_peer(finding: Finding, clues: Clues) -> Found | None:
    """The import that never came to its end because it ran the other program, and that program's file."""
    ends = ends_of_stack(clues)
    if ends is None or ends[0].file != clues.record.file:
        return None
    outer, inner = ends
    able = (*WAITING_CALLS, *CALLED_BY["server"], *CALLED_BY["client"])
    at_work = any(call.name in able for call in clues.calls_at(inner))
    ran = IMPORTS.match(clues.text_at(outer)[:MOST_LINE]) and is_peers(inner.file, clues) and at_work
    return Found(place=outer, words={"other": plain(inner.file)}) if ran else None


def started(clues: Clues) -> tuple[Place, str] | None:
    """The call that starts the other program of the hand-in, and that program's file."""
    path = clues.record.file
    if not any(word in clues.texts.get(path, "") for word in STARTING_WORDS):
        return None  # so that nearly every program need not be read for this
    source = clues.source(path)
    for other in sorted(clues.texts):
        if other.endswith(".py") and is_peers(other, clues):
            name = other.rpartition("/")[2]
            for call in source.calls:
                if call.name in STARTS and mentions(call, name, source):
                    return Place(file=path, line=call.line), other
    return None


def mentions(call: Call, file_name: str, source: Source) -> bool:
    """Whether a call's lines have the name of a file in them, or a name that stands for a text with it."""
    text = "\n".join(source.text(line)[:MOST_LINE] for line in range(call.line, call.end + 1))
    named = {name for name, value, _ in source.constants if name and isinstance(value, str) and file_name in value}
    return file_name in text or any(re.search(rf"\b{re.escape(name)}\b", text) for name in named)


def waits_for_started(clues: Clues) -> bool:
    """It stood in the very call that starts the other program."""
    found = started(clues)
    return found is not None and clues.waiting is not None and clues.waiting.place == found[0]


def started_peer(finding: Finding, clues: Clues) -> Found | None:
    """The call that starts the other program, that program's file, and what comes of it."""
    found = started(clues)
    if found is None:
        return None
    then = "waits for that one to end before it goes on" if waits_for_started(clues) else "serves that one and ends"
    return Found(place=found[0], words={"other": plain(found[1]), "then": then})


def used_by_its_own(finding: Finding, clues: Clues) -> bool:
    """A server that ended well without another client, or waits for the client that it has started."""
    return clues.trace is None and not clues.said and (clues.record.exit_code == 0 or waits_for_started(clues))


OTHERS = (
    Entry(
        id="import-runs-program",
        applies=is_cause,
        reason="Your {role} imports {other}, and importing a file runs it: the {peer} in it starts, and the "
        "rest of your {role} is never reached.",
        next_step="Give HOST and PORT their values in your {role} itself, and leave the import out: each program "
        "stands alone. What stands under a test of __name__ is not run by an import.",
        found=imported_peer,
    ),
    Entry(
        id="starts-client",
        applies=both(role("server"), code("never-listens", "address-not-printed", "server-silent", "does-not-end"),
                     used_by_its_own),
        reason="Your server starts a client itself, {other}: it {then}, and no other client is served.",
        next_step="Take this call out: a server waits for clients that somebody else starts. To try them, start each "
        "program in a terminal of its own.",
        found=started_peer,
    ),
    Entry(
        id="starts-server",
        applies=both(role("client"), code("refusal-hidden", "claims-success")),
        reason="Your client starts a server itself, {other}, so that it meets that one where no server should be.",
        next_step="Take this call out: a client asks for a server that somebody else has started, and tells its user "
        "when there is none.",
        found=started_peer,
    ),
)  # fmt: skip

OTHERS_ADVICE = (
    Entry(
        id="starts-its-server",
        applies=role("client"),
        reason="Your client starts a server itself, {other}.",
        next_step="Leave this out: a server is there before its clients come, as a rule on another machine. To try "
        "them, start each program in a terminal of its own.",
        staff="The client starts a server of its own: where none should be, it may have met that one.",
        found=started_peer,
    ),
)
