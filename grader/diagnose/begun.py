"""Programs that Python starts, and that end before they come to their sockets: they want a keyboard, arguments or a
file, or nothing calls what they define."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnose.caught import caught
from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Entry,
    Found,
    at_call,
    at_flow,
    at_name,
    at_trace,
    both,
    calls,
    code,
    either,
    error,
    first_of,
    flows,
    is_cause,
    no,
    stopped,
)  # fmt: skip
from grader.diagnose.loading import NO_INPUT, asked_keyboard, asks_keyboard, named
from grader.diagnose.trace import Place
from grader.diagnose.words import in_line, plain
from grader.verdicts import Finding

SOCKET_CALLS = ("socket", "bind", "listen", "accept", "connect", "create_server", "create_connection", "connect_ex",
                "start_server", "open_connection", "serve_forever")  # fmt: skip

RAW_THREADS = ("start_new_thread", "start_new")  # of the module _thread
NOT_USED = "what is typed there is not used, and a program is done when it comes to its last line."
KEEPS_DAEMON = ("This line only keeps the main program going, with which its daemon thread ends: call the thread's "
                "method join in its place, or call the thread's function by itself, without a thread.")  # fmt: skip
KEEPS_RAW = ("This line only keeps the main program going, with which a thread of the module _thread ends: call the "
             "thread's function by itself, without a thread, in its place.")  # fmt: skip

unstarted = code("never-listens", "never-connects")


def says_nothing(finding: Finding, clues: Clues) -> bool:
    """The program's file has no statement that does anything."""
    return clues.main.parsed and clues.main.statements == 0


def contents(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What a file without effect holds."""
    blank = not any(line.strip() for line in clues.main.lines)
    return {"contents": "is empty" if blank else "has nothing in it that does anything yet"}


def ended_quietly(finding: Finding, clues: Clues) -> bool:
    """The program ended with status 0, and no socket call was reached, as all of them stand in functions."""
    made = clues.calls(*SOCKET_CALLS)
    quiet = clues.record.exit_code == 0 and not clues.record.dials and not clues.record.sockets
    return quiet and bool(made) and all(call.function for call in made)


def never_ran(finding: Finding, clues: Clues) -> bool:
    """So did this one, and some function is called nowhere."""
    return ended_quietly(finding, clues) and bool(clues.main.unused)


def call_in_comment(finding: Finding, clues: Clues) -> Found | None:
    """A call in a comment of the program's own file, of a function of its own."""
    for call, name, line in clues.main.flow.commented_calls:
        return Found(place=Place(file=clues.main.path, line=line), words={"name": plain(name), "call": plain(call)})
    return None


def uncalled(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The function or class that is never used: the one in which the sockets are, if any."""
    inside = {call.function for call in clues.calls(*SOCKET_CALLS)}
    found = [name for name, _ in clues.main.unused if name in inside] or [name for name, _ in clues.main.unused]
    return {"name": plain(found[-1]) if found else ""}


def at_uncalled(finding: Finding, clues: Clues) -> Place | None:
    """Where that function begins."""
    name = uncalled(finding, clues)["name"]
    return next((Place(file=clues.main.path, line=line) for one, line in clues.main.unused if one == name), None)


def at_guard(finding: Finding, clues: Clues) -> Place | None:
    """The test of `__name__` that never holds."""
    return Place(file=clues.main.path, line=clues.main.guards[0][1]) if clues.main.guards else None


def at_argument_exit(finding: Finding, clues: Clues) -> Place | None:
    """The condition by which it ended without arguments."""
    return at_flow("argument_exits")(finding, clues) if ended_without_arguments(finding, clues) else None


def at_only_exit(finding: Finding, clues: Clues) -> Place | None:
    """The call that ended the program: the only one that can have given this status. Of several nobody can tell."""
    status = str(clues.record.exit_code)
    found = [(Place(file=one.path, line=line), text) for one in clues.sources for text, line in one.flow.exits]
    able = [place for place, text in found if text == status or not (text.isdigit() or text == "")]
    return able[0] if len(able) == 1 else None


def uses_arguments(finding: Finding, clues: Clues) -> bool:
    """The exception's line, or the program, looks at its command line."""
    line = clues.text_at(clues.trace.place) if clues.trace else ""
    return "argv" in line or "sys.argv" in line


def asked_for_usage(finding: Finding, clues: Clues) -> bool:
    """The program ended after it had printed how it wants to be called."""
    failed = clues.record.exit_code is not None and clues.trace is None
    return failed and "usage" in clues.printed.lower() and clues.uses("argv", "argparse", "ArgumentParser", "click")


def ended_without_arguments(finding: Finding, clues: Clues) -> bool:
    """The program ended before its work, behind a condition that holds where there are no arguments."""
    ended = clues.record.exit_code is not None and clues.trace is None and not clues.record.dials
    return ended and unstarted(finding, clues) and flows("argument_exits")(finding, clues)


def at_keyboard(finding: Finding, clues: Clues) -> Place | None:
    """The line that asked for input."""
    asked = asked_keyboard(clues)
    return asked.place if asked is not None else at_call("input")(finding, clues)


def typed_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What to do without an input call: one whose result is dropped only waits for Enter, or keeps a program going
    while the threads work that would end with it."""
    place = at_keyboard(finding, clues)
    asks = [call for call in clues.calls_at(place) or clues.calls("input") if call.name == "input"]
    alone = bool(asks) and all(call.alone for call in asks)
    lone = place is not None and ("input", place.line) in clues.source(place.file).flow.lone_inputs
    if not alone:
        advice = "Take the input call out: what it asks for belongs into the program."
    elif flows("daemons")(finding, clues):
        advice = KEEPS_DAEMON
    elif clues.calls(*RAW_THREADS):
        advice = KEEPS_RAW
    else:
        advice = f"Take this line out{', with the block that has nothing else' if lone else ''}: {NOT_USED}"
    return {"typed": advice, "where": in_line(place, clues)}


BEGUN = (
    Entry(
        id="needs-keyboard",
        applies=either(error("EOFError", NO_INPUT), asks_keyboard),
        reason="Your {role} waits for keyboard input{where}, and nobody presses a key when it is graded.",
        next_step="{typed}",
        line=at_keyboard,
        fill=typed_words,
    ),
    Entry(
        id="needs-arguments",
        applies=either(
            both(error("IndexError"), uses_arguments),
            both(error("ValueError"), uses_arguments),
            both(is_cause, asked_for_usage),
            both(ended_without_arguments, no(never_ran)),
        ),
        reason="Your {role} wants arguments on its command line, and it is started without any.",
        next_step="Let the program work when it is started as python3 {file}: give HOST and PORT their values "
        "in the file.",
        line=first_of(at_trace, at_argument_exit, at_name("argv", "add_argument", "ArgumentParser")),
    ),
    Entry(
        id="file-not-there",
        applies=both(
            error("FileNotFoundError", "No such file or directory: "),
            no(lambda finding, clues: clues.uses("AF_UNIX")),
        ),
        reason="Your {role} opens {path}{where}, which is not there when it is graded.",
        next_step="Use no files from your own computer; hand in every file that the program reads, beside it.",
        line=at_trace,
        fill=named,
    ),
    Entry(
        id="file-empty",
        applies=both(unstarted, says_nothing, no(lambda finding, clues: bool(clues.main.todos))),
        reason="Your {file} {contents}.",
        next_step="Check that you saved the file, and that you handed in the right one.",
        fill=contents,
    ),
    Entry(
        id="guard-wrong",
        applies=both(unstarted, lambda finding, clues: bool(clues.main.guards), no(stopped("stuck")),
                     lambda finding, clues: not clues.record.dials),
        reason="The test of __name__ in your {role} never holds, so that the code under it never runs.",
        next_step="When a file is started, its __name__ is '__main__', with two underscores on each side.",
        line=at_guard,
    ),
    Entry(
        id="call-commented-out",
        applies=both(unstarted, ended_quietly),
        reason="The call of your {role}'s function {name} stands in a comment{on_line}, so that Python passes it over "
        "and the program ends at once.",
        next_step="Take the # in front of {call} away.",
        found=call_in_comment,
    ),
    Entry(
        id="functions-not-called",
        applies=both(unstarted, never_ran),
        reason="Your {role} defines {name}, and nothing in the file ever uses it, so that the program ends at once.",
        next_step="Call it at the end of the file.",
        line=at_uncalled,
        fill=uncalled,
    ),
    Entry(
        id="exits-at-once",
        applies=both(
            unstarted,
            lambda finding, clues: clues.trace is None and bool(clues.record.exit_code) and not clues.record.dials,
            calls("exit", "_exit", "quit"),
            no(caught),
        ),
        reason="Your {role} ends itself with exit status {status} before it uses its socket.",
        next_step="Find out why it comes to this exit call, and let the program go on.",
        line=at_only_exit,
    ),
)  # fmt: skip
