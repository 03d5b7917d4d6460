"""Programs that Python cannot start, or that never get as far as their sockets."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import (
    Condition,
    Entry,
    Filler,
    Pointer,
    at_trace,
    both,
    either,
    error,
    is_cause,
    no,
)  # fmt: skip
from grader.diagnose.trace import Place, Trace
from grader.diagnose.words import plain, quoted
from grader.verdicts import Finding

NAME = re.compile(r"name '(\w+)'")
MODULE = re.compile(r"No module named '([^']+)'")
SOCKET_NAME = re.compile(r"(AF|SOCK|SOL|SO|IPPROTO|SHUT)_\w+|gethostname|gethostbyname|create_server|create_connection")

LEFT = {
    "merge": re.compile(r"<{7}(?: |$)|={7}$|>{7}(?: |$)|\|{7}(?: |$)"),
    "prompt": re.compile(r"\s*>>>(?: |$)"),
    "notebook": re.compile(r"\s*(?:%{1,2}|!)[A-Za-z]"),
}

NO_INPUT = "EOF when reading a line"
# Modules of Python 2, and what has become of them.
RENAMED = {
    "thread": "_thread, or better threading", "SocketServer": "socketserver", "Queue": "queue", "StringIO": "io",
    "cStringIO": "io", "cPickle": "pickle", "Tkinter": "tkinter", "ConfigParser": "configparser",
    "commands": "subprocess", "urllib2": "urllib.request", "httplib": "http.client", "exceptions": "builtins",
}  # fmt: skip
# Modules that programs of this kind import, for names that are misspelt by one letter. Not those of the whole library:
# with some of them modules of other people's have nearly the same name (typer, types).
NEAR = ("socket", "socketserver", "threading", "asyncio", "select", "selectors", "argparse", "logging", "signal",
        "struct", "time", "datetime", "random", "string", "errno", "queue", "multiprocessing", "subprocess",
        "traceback", "contextlib", "functools", "itertools")  # fmt: skip

unreadable = either(error("SyntaxError"), error("IndentationError"), error("TabError"))


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
        "instead": meant_module(subject(MODULE, clues)),
        "path": plain(repr(path[1])) if path else "a file",
    }


def meant_module(name: str) -> str:
    """What to do about a module that is not there: it may have another name in Python 3, or be misspelt."""
    if name in RENAMED:
        return f"It belongs to Python 2; in Python 3 it is called {RENAMED[name]}."
    near = next((one for one in NEAR if name != one and one_letter_apart(name.lower(), one)), "")
    if near:
        return f"Check the spelling: Python has a module {near}."
    return "Use only Python's standard library and your own files; hand in every file that you import."


def one_letter_apart(one: str, other: str) -> bool:
    """Whether two words are the same but for one letter too many, too few or wrong, or two that are swapped."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, whole = one[start:], other[start:]
    swapped = rest[:2] == whole[1::-1] and rest[2:] == whole[2:]
    return swapped or rest[1:] == whole[1:] or rest[1:] == whole or rest == whole[1:]


def name_is(condition: str) -> Condition:
    """The name of a NameError is one of a kind: `module` of the standard library, part of `socket`, a `blank`."""
    kinds = {
        "module": lambda name: name in sys.stdlib_module_names,
        "socket": lambda name: bool(SOCKET_NAME.fullmatch(name)),
        "blank": lambda name: bool(name) and not name.strip("_"),
    }
    return lambda finding, clues: kinds[condition](subject(NAME, clues))


def asked_keyboard(clues: Clues) -> Trace | None:
    """The exception by which Python says that no more input comes: the last one, or the one that an except block had
    taken when the last one was raised in it."""
    last = clues.trace
    for one in (last, last.during if last is not None else None):
        if one is not None and one.kind == "EOFError" and NO_INPUT in one.message:
            return one
    return None


def asks_keyboard(finding: Finding, clues: Clues) -> bool:
    """There is one, and it explains the finding."""
    return is_cause(finding, clues) and asked_keyboard(clues) is not None


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


def at_stub(finding: Finding, clues: Clues) -> Place | None:
    """The first body that was left empty."""
    return next((Place(file=one.path, line=one.stubs[0]) for one in clues.sources if one.stubs), None)


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
        id="python2-print-into",
        applies=error("TypeError", "unsupported operand type(s) for >>: 'builtin_function_or_method'"),
        reason="Your {role} prints as in Python 2{where}, with >> behind print.",
        next_step="In Python 3 print is a function, and where it prints to stands in its parentheses as well, here and "
        "wherever it is used: print(..., file=sys.stderr).",
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
        applies=both(error("NameError"), no(asks_keyboard), name_is("module")),
        reason="Your {role} uses the module {name}{where}, which it has not imported.",
        next_step="Import {name} at the top of the file.",
        line=at_trace,
        fill=named,
    ),
    Entry(
        id="name-of-socket-module",
        applies=both(error("NameError"), no(asks_keyboard), name_is("socket")),
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
        next_step="{instead}",
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
)  # fmt: skip
