"""Programs that Python cannot start, or that never get as far as their sockets."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from grader.diagnose.caught import caught
from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Condition,
    Entry,
    Filler,
    Pointer,
    at_call,
    at_name,
    at_trace,
    both,
    calls,
    code,
    either,
    error,
    first_of,
    is_cause,
    no,
    stopped,
)  # fmt: skip
from grader.diagnose.trace import Place
from grader.diagnose.words import plain, quoted
from grader.verdicts import Finding

NAME = re.compile(r"name '(\w+)'")
MODULE = re.compile(r"No module named '([^']+)'")
SOCKET_NAME = re.compile(r"(AF|SOCK|SOL|SO|IPPROTO|SHUT)_\w+|gethostname|gethostbyname|create_server|create_connection")
SOCKET_CALLS = ("socket", "bind", "listen", "accept", "connect", "create_server", "create_connection", "connect_ex",
                "start_server", "open_connection", "serve_forever")  # fmt: skip

LEFT = {
    "merge": re.compile(r"<{7}(?: |$)|={7}$|>{7}(?: |$)|\|{7}(?: |$)"),
    "prompt": re.compile(r"\s*>>>(?: |$)"),
    "notebook": re.compile(r"\s*(?:%{1,2}|!)[A-Za-z]"),
}

unreadable = either(error("SyntaxError"), error("IndentationError"), error("TabError"))
unstarted = code("never-listens", "never-connects")


def subject(pattern: re.Pattern[str], clues: Clues) -> str:
    """The name that an exception's message is about."""
    found = pattern.search(clues.trace.message if clues.trace else clues.printed)
    return found[1] if found else ""


def named(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The name, module or file of an exception."""
    message = clues.trace.message if clues.trace else ""
    path = re.search(r"directory: '?([^']+)'?$", message)
    return {
        "name": plain(subject(NAME, clues)),
        "module": plain(subject(MODULE, clues)),
        "path": plain(repr(path[1])) if path else "a file",
    }


def name_is(condition: str) -> Condition:
    """The name of a NameError is one of a kind: `module` of the standard library, part of `socket`, a `blank`."""
    kinds = {
        "module": lambda name: name in sys.stdlib_module_names,
        "socket": lambda name: bool(SOCKET_NAME.fullmatch(name)),
        "blank": lambda name: bool(name) and not name.strip("_"),
    }
    return lambda finding, clues: kinds[condition](subject(NAME, clues))


def shadow_at_work(finding: Finding, clues: Clues) -> bool:
    """A file of the student's is loaded in place of a standard module, and the exception comes from that."""
    if clues.trace is None or not clues.shadows:
        return False
    names = [path.rpartition("/")[2].removesuffix(".py") for path in clues.shadows]
    place = clues.trace.place
    inside = place is not None and place.file in clues.shadows and place.file != clues.record.file
    about = any(re.search(rf"'{name}[.']|module '{name}'|{name}\.py", clues.trace.message) for name in names)
    return inside or (
        about and clues.trace.kind in ("AttributeError", "ImportError", "ModuleNotFoundError", "TypeError")
    )


def shadow_name(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The file that shadows, and the module that it shadows."""
    file = next(iter(clues.shadows), "")
    return {"shadow": plain(file), "module": plain(file.rpartition("/")[2].removesuffix(".py"))}


def says_nothing(finding: Finding, clues: Clues) -> bool:
    """The program's file has no statement that does anything."""
    return clues.main.parsed and clues.main.statements == 0


def contents(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What a file without effect holds."""
    blank = not any(line.strip() for line in clues.main.lines)
    return {"contents": "is empty" if blank else "has nothing in it that does anything yet"}


def never_ran(finding: Finding, clues: Clues) -> bool:
    """All socket calls stand in functions, none of which was reached, and some function is called nowhere."""
    made = clues.calls(*SOCKET_CALLS)
    quiet = clues.record.exit_code == 0 and not clues.record.dials and not clues.record.sockets
    return quiet and bool(clues.main.unused) and bool(made) and all(call.function for call in made)


def uncalled(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The function or class that is never used: the one in which the sockets are, if any."""
    inside = {call.function for call in clues.calls(*SOCKET_CALLS)}
    found = [name for name, _ in clues.main.unused if name in inside] or [name for name, _ in clues.main.unused]
    return {"name": plain(found[-1]) if found else ""}


def at_uncalled(finding: Finding, clues: Clues) -> Place | None:
    """Where that function begins."""
    name = uncalled(finding, clues)["name"]
    return next((Place(file=clues.main.path, line=line) for one, line in clues.main.unused if one == name), None)


def at_stub(finding: Finding, clues: Clues) -> Place | None:
    """The first body that was left empty."""
    return next((Place(file=one.path, line=one.stubs[0]) for one in clues.sources if one.stubs), None)


def at_guard(finding: Finding, clues: Clues) -> Place | None:
    """The test of `__name__` that never holds."""
    return Place(file=clues.main.path, line=clues.main.guards[0][1]) if clues.main.guards else None


def uses_arguments(finding: Finding, clues: Clues) -> bool:
    """The exception's line, or the program, looks at its command line."""
    line = clues.text_at(clues.trace.place) if clues.trace else ""
    return "argv" in line or "sys.argv" in line


def asked_for_usage(finding: Finding, clues: Clues) -> bool:
    """The program ended after it had printed how it wants to be called."""
    failed = clues.record.exit_code is not None and clues.trace is None
    return failed and "usage" in clues.printed.lower() and clues.uses("argv", "argparse", "ArgumentParser", "click")


def typed_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """What to do without an input call: one whose result is dropped only waits for Enter."""
    waits = [call.alone for call in clues.raising or clues.calls("input") if call.name == "input"]
    only = "this line out: what is typed there is not used, and a program is done when it comes to its last line."
    return {"typed": only if waits and all(waits) else "the input call out: what it asks for belongs into the program."}


def left_lines(kind: str, clues: Clues) -> list[tuple[Place, str]]:
    """Lines of this kind in the file that Python could not read, where one stands at the line that it names."""
    stopped_at = clues.trace.place if clues.trace is not None else None
    if stopped_at is None:
        return []
    lines = enumerate(clues.source(stopped_at.file).lines, 1)
    found = [(Place(file=stopped_at.file, line=number), line) for number, line in lines if LEFT[kind].match(line)]
    near = any(abs(place.line - stopped_at.line) <= 1 for place, _ in found)
    return found if near else []


def left_over(kind: str) -> Condition:
    """There are such lines."""
    return lambda finding, clues: bool(left_lines(kind, clues))


def at_left_over(kind: str) -> Pointer:
    """The first of them."""
    return lambda finding, clues: next((place for place, _ in left_lines(kind, clues)), None)


def left_words(kind: str) -> Filler:
    """Where the first of them stands, and what it says."""

    def fill(finding: Finding, clues: Clues) -> Mapping[str, str]:
        place, line = left_lines(kind, clues)[0]
        return {"at": f", in line {place.line}", "shown": quoted(line.strip())}

    return fill


LOADING = (
    Entry(
        id="shadowed-module",
        applies=both(is_cause, shadow_at_work),
        reason="Your file {shadow} has the name of Python's own module {module}, so that import finds your "
        "file instead.",
        next_step="Give {shadow} another name, and delete the __pycache__ folder beside it.",
        staff="A file beside the program shadows a module of the standard library, as it does on the "
        "student's machine.",
        line=at_trace,
        fill=shadow_name,
    ),
    Entry(
        id="python2-print",
        applies=error("SyntaxError", "Missing parentheses in call to 'print'"),
        reason="Python cannot read your {role}: print is used here as in Python 2, without parentheses.",
        next_step="In Python 3 print is a function: put what it shall show in parentheses, here and wherever "
        "it is used.",
        line=at_trace,
    ),
    Entry(
        id="merge-conflict",
        applies=both(unreadable, left_over("merge")),
        reason="Python cannot read your {role}: the marks of a merge that was not finished are still in the file{at}.",
        next_step="Decide which of the two versions is to stay, and delete the other one and the lines with the marks.",
        line=at_left_over("merge"),
        fill=left_words("merge"),
    ),
    Entry(
        id="prompts-copied",
        applies=both(unreadable, left_over("prompt")),
        reason="Python cannot read your {role}: the prompts of Python's own command line, >>> or ..., are in the "
        "file{at}.",
        next_step="Delete the prompts, and lines that only show a result: a program has the statements alone.",
        line=at_left_over("prompt"),
        fill=left_words("prompt"),
    ),
    Entry(
        id="notebook-command",
        applies=both(unreadable, left_over("notebook")),
        reason="Python cannot read your {role}: it has a command of a notebook{at}, {shown}, which is no Python.",
        next_step="Delete the lines that begin with % or !; they work in a notebook only.",
        line=at_left_over("notebook"),
        fill=left_words("notebook"),
    ),
    Entry(
        id="indentation",
        applies=either(error("IndentationError"), error("TabError")),
        reason="Python cannot read your {role}: the indentation is wrong{where}. Python says {message}.",
        next_step="Lines of one block start in the same column, and a block is indented under the line with the colon. "
        "Use four blanks, and do not mix tabs with blanks.",
        line=at_trace,
    ),
    Entry(
        id="source-encoding",
        applies=either(
            error("SyntaxError", "codec can't decode"),
            error("SyntaxError", "Non-UTF-8 code"),
            error("SyntaxError", "null bytes"),
            error("ValueError", "null bytes"),
        ),
        reason="Python cannot read your {role}: the file is not saved as plain UTF-8 text.",
        next_step="Save {file} again in your editor with the encoding UTF-8.",
        line=at_trace,
    ),
    Entry(
        id="syntax-error",
        applies=error("SyntaxError"),
        reason="Python cannot read your {role}: there is a syntax error{where}. Python says {message}.",
        next_step="Look at this line and the one before it: brackets and quotes that are not closed, a missing colon, "
        "a mistyped word.",
        line=at_trace,
    ),
    Entry(
        id="missing-import",
        applies=both(error("NameError"), name_is("module")),
        reason="Your {role} uses the module {name}{where}, which it has not imported.",
        next_step="Import {name} at the top of the file.",
        line=at_trace,
        fill=named,
    ),
    Entry(
        id="name-of-socket-module",
        applies=both(error("NameError"), name_is("socket")),
        reason="Your {role} uses {name}{where}, a name that belongs to the module socket.",
        next_step="Write the module's name and a dot before it.",
        line=at_trace,
        fill=named,
    ),
    Entry(
        id="blank-left",
        applies=both(error("NameError"), name_is("blank")),
        reason="Your {role} still has a blank to fill in{where}.",
        next_step="Replace the blank by the code that belongs there. {hint}",
        line=at_trace,
        fill=named,
    ),
    Entry(
        id="not-implemented",
        applies=error("NotImplementedError"),
        reason="Your {role} stops at a part that is not written yet: NotImplementedError is raised{where}.",
        next_step="Write this part, and take the raise line out. {hint}",
        line=at_trace,
    ),
    Entry(
        id="module-not-there",
        applies=error("ModuleNotFoundError", "No module named"),
        reason="Your {role} imports {module}, a module that is not there when it is graded.",
        next_step="Use only Python's standard library and your own files; hand in every file that you import.",
        line=at_trace,
        fill=named,
    ),
    Entry(
        id="import-name",
        applies=error("ImportError"),
        reason="Your {role} imports a name that the module does not have{where}. Python says {message}.",
        next_step="Check the spelling of the name, capital letters included.",
        line=at_trace,
    ),
    Entry(
        id="needs-keyboard",
        applies=error("EOFError", "EOF when reading a line"),
        reason="Your {role} waits for keyboard input{where}, and nobody presses a key when it is graded.",
        next_step="Take {typed}",
        line=first_of(at_trace, at_call("input")),
        fill=typed_words,
    ),
    Entry(
        id="needs-arguments",
        applies=either(
            both(error("IndexError"), uses_arguments),
            both(error("ValueError"), uses_arguments),
            both(is_cause, asked_for_usage),
        ),
        reason="Your {role} wants arguments on its command line, and it is started without any.",
        next_step="Let the program work when it is started as python3 {file}: give HOST and PORT their values "
        "in the file.",
        line=first_of(at_trace, at_name("argv", "add_argument", "ArgumentParser")),
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
        line=at_call("exit", "_exit", "quit"),
    ),
)  # fmt: skip
