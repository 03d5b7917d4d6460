"""Programs that may work on the student's own computer: they need another system, another Python, or a screen."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, at_trace, both, either, error, is_cause
from grader.diagnose.trace import Place
from grader.diagnose.unread import own_version
from grader.diagnose.words import plain
from grader.verdicts import Finding

MISSED = re.compile(
    r"module '(?P<of>[\w.]+)' has no attribute '(?P<attribute>\w+)'|"
    r"cannot import name '(?P<imported>\w+)' from '(?P<source>[\w.]+)'|"
    r"No module named '(?P<module>\w+)|'socket' object has no attribute '(?P<method>\w+)'"
)
CODEC = re.compile(r"(?:unknown encoding|encoding problem): (?P<codec>mbcs|dbcs|oem|ansi)\b")  # Windows alone has these
SYSTEMS = {
    "Windows": re.compile(
        r"Windows\w+Policy|ProactorEventLoop|IocpProactor|SO_EXCLUSIVEADDRUSE|SIO_\w+|RCVALL_\w+|ioctl|startfile|"
        r"getwindowsversion|CTRL_(?:C|BREAK)_EVENT|SIGBREAK|windll|WinDLL|WinError|STARTUPINFO|CREATE_NEW_\w+|"
        r"O_BINARY|add_dll_directory|msvcrt|winsound|winreg|_winapi|win32\w+|pywintypes|pythoncom|windows_events"
    ),
    "macOS": re.compile(r"kqueue|kevent|KQ_\w+|TCP_KEEPALIVE|LOCAL_PEERCRED"),
}
# What came into the standard library later than the oldest Python that grades.
NEWER_NAMES = {
    "typing.override": (3, 12), "typing.TypeAliasType": (3, 12), "itertools.batched": (3, 12), "math.sumprod": (3, 12),
    "collections.abc.Buffer": (3, 12), "asyncio.eager_task_factory": (3, 12), "warnings.deprecated": (3, 13),
    "typing.ReadOnly": (3, 13), "typing.TypeIs": (3, 13), "asyncio.QueueShutDown": (3, 13), "copy.replace": (3, 13),
}  # fmt: skip
TERMINAL = re.compile(r"Inappropriate ioctl for device|could not find terminal|cbreak\(\) returned ERR|"
                      r": '(?:/dev/(?:tty\w*|console|pts/\d+)|CON(?:IN\$|OUT\$)?)'$")  # fmt: skip
PROGRAM = re.compile(r"\[Errno 2\] No such file or directory(?:: '(?P<path>[^']+)')?$")
STARTS = ("execv", "execve", "execvp", "execvpe", "execl", "execlp", "execle", "posix_spawn", "posix_spawnp")
VARIABLE = re.compile(r"(?:getenv|environ\.get)\(\s*b?['\"](\w+)['\"]\s*\)")  # asked for without a value for want of it
ALIAS = re.compile(r"\s*(\w+)\s*=\s*(?:os\.)?environb?\s*(?:#.*)?|.*\bimport environb? as (\w+).*")
KEPT = re.compile(r"\s*(\w+)\s*=.*")
MOST_LINE = 400  # characters of a line that are looked at
WITH_WINDOWS = ("tkinter", "_tkinter", "turtle")

unknown = either(error("AttributeError"), error("ImportError"), error("ModuleNotFoundError"), error("LookupError"),
                 error("SyntaxError", "encoding"))  # fmt: skip


def missed(clues: Clues) -> tuple[str, str]:
    """What is not there: a module and a name in it, or one of the two; empty where there is no such error, or where it
    is about a file of the student's."""
    found = MISSED.search(clues.trace.message) if clues.trace is not None else None
    if found is None:
        return "", ""
    module = found["of"] or found["source"] or found["module"] or ""
    own = any(path.rpartition("/")[2] == f"{module}.py" for path in clues.texts)
    return ("", "") if own else (module, found["attribute"] or found["imported"] or found["method"] or "")


def codec(clues: Clues) -> str:
    """The encoding that is not there, where it is one of Windows."""
    found = CODEC.search(clues.trace.message) if clues.trace is not None else None
    return found["codec"] if found else ""


def version(clues: Clues) -> tuple[int, int]:
    """The first version of Python that has what is not there; (0, 0) where that is no matter of the version."""
    return NEWER_NAMES.get(".".join(missed(clues)), (0, 0))


def system(clues: Clues) -> str:
    """The one system on which Python has this name."""
    module, name = missed(clues)
    if codec(clues):
        return "Windows"
    return next((one for one, pattern in SYSTEMS.items() if pattern.fullmatch(name or module)), "")


def names(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The name, and where it is known."""
    module, name = missed(clues)
    return {
        "name": f"the encoding {codec(clues)}" if codec(clues) else plain(name or module),
        "system": system(clues),
        "newer": ".".join(map(str, version(clues))),
        "own": own_version(),
    }


def lacks_terminal(finding: Finding, clues: Clues) -> bool:
    """A call that only a terminal answers was made."""
    trace = clues.trace
    return trace is not None and is_cause(finding, clues) and TERMINAL.search(trace.message) is not None


def lacks_login(finding: Finding, clues: Clues) -> bool:
    """The name was asked for by which somebody has logged in on this terminal."""
    trace = clues.trace
    refused = trace is not None and re.fullmatch(r"\[Errno \d+\] [^:]+", trace.message) is not None
    return refused and is_cause(finding, clues) and any(call.name == "getlogin" for call in clues.raising)


def lacks_locale(finding: Finding, clues: Clues) -> bool:
    """The machine does not have the locale that was asked for."""
    trace = clues.trace
    refused = trace is not None and trace.kind == "Error" and "unsupported locale" in trace.message
    return refused and is_cause(finding, clues)


def variable(clues: Clues) -> tuple[str, Place] | None:
    """The environment variable that is not set and at which the program stopped, and the line that asks for it: in
    brackets, or by a call that gives None, which then was used."""
    trace = clues.trace
    if trace is None or trace.place is None or not clues.uses("environ", "environb", "getenv"):
        return None
    place, lines = trace.place, [line[:MOST_LINE] for line in clues.source(trace.place.file).lines]
    here = clues.text_at(place)[:MOST_LINE]
    if trace.kind == "KeyError" and trace.function == "__getitem__":
        named = {found[1] or found[2] for line in lines if (found := ALIAS.fullmatch(line))} | {"environ", "environb"}
        return (trace.message.lstrip("b").strip("'"), place) if named & set(re.findall(r"\w+", here)) else None
    for number, line in ((place.line, here), *enumerate(lines[: place.line], 1)) if "NoneType" in trace.message else ():
        asked, kept = VARIABLE.search(line), KEPT.match(line)
        if asked and (number == place.line or (kept and re.search(rf"\b{kept[1]}\b", here))):
            return asked[1], Place(file=place.file, line=number)
    return None


def at_variable(finding: Finding, clues: Clues) -> Place | None:
    """The line that asks for it."""
    found = variable(clues)
    return found[1] if found else None


def program(finding: Finding, clues: Clues) -> str | None:
    """The program that was to be started and is not there; an empty string where its name is not told."""
    trace = clues.trace
    if trace is None or not is_cause(finding, clues):
        return None
    found = PROGRAM.search(trace.message)
    if trace.kind == "Error" and "runnable browser" in trace.message:
        return "a web browser"
    by_child = trace.function == "_execute_child" and "cwd" not in clues.text_at(trace.place)
    started = found is not None and (by_child or any(call.name in STARTS for call in clues.raising))
    return (repr(found["path"]) if found["path"] else "") if found is not None and started else None


def program_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """Its name."""
    path = program(finding, clues)
    return {"program": f", {plain(path)}," if path else ""}


def variable_words(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """Its name."""
    found = variable(clues)
    return {"variable": plain(found[0]) if found else ""}


def lacks_screen(finding: Finding, clues: Clues) -> bool:
    """A window was to be opened, or the module for that be imported."""
    trace = clues.trace
    if trace is None or not is_cause(finding, clues):
        return False
    return missed(clues)[0] in WITH_WINDOWS or (trace.kind == "TclError" and "display" in trace.message)


ABROAD = (
    Entry(
        id="other-system",
        applies=both(unknown, lambda finding, clues: bool(system(clues))),
        reason="Your {role} uses {name}{where}, which Python has on {system} only; it is graded on Linux.",
        next_step="Leave it out, or use it only where sys.platform says that the program runs there.",
        staff="On the student's own computer the program may well work.",
        line=at_trace,
        fill=names,
        elsewhere=True,
    ),
    Entry(
        id="newer-library",
        applies=both(unknown, lambda finding, clues: sys.version_info < version(clues)),
        reason="Your {role} uses {name}{where}, which Python has from version {newer} on; it is graded with {own}.",
        next_step="Do without it: then the program runs with every version.",
        staff="With Python {newer} the program may well work: programs run with the Python that runs the grader.",
        line=at_trace,
        fill=names,
        elsewhere=True,
    ),
    Entry(
        id="needs-screen",
        applies=lacks_screen,
        reason="Your {role} wants to open a window{where}, and there is no screen when it is graded.",
        next_step="Let it do its work in the terminal: what it has to tell, it can print.",
        line=at_trace,
        elsewhere=True,
    ),
    Entry(
        id="needs-terminal",
        applies=lacks_terminal,
        reason="Your {role} asks for a terminal{where}, and there is none when it is graded.",
        next_step="Leave this call out, or let the program go on without it: its output may go anywhere.",
        line=at_trace,
        elsewhere=True,
    ),
    Entry(
        id="needs-login",
        applies=lacks_login,
        reason="Your {role} asks{where} for the name of the user who has logged in, and nobody logs in where it is "
        "graded.",
        next_step="Leave this call out, or ask for the name of the user with getpass.getuser, which needs no login.",
        line=at_trace,
        elsewhere=True,
    ),
    Entry(
        id="needs-variable",
        applies=lambda finding, clues: is_cause(finding, clues) and variable(clues) is not None,
        reason="Your {role} asks for the environment variable {variable}{on_line}, which is not set when it is graded.",
        next_step="Which variables are set is another matter on each machine: do without it, or have a value ready for "
        "when it is not there.",
        line=at_variable,
        fill=variable_words,
        elsewhere=True,
    ),
    Entry(
        id="needs-locale",
        applies=lacks_locale,
        reason="Your {role} sets a locale{where}, the customs of a language and country, that is not there when it is "
        "graded.",
        next_step="Leave this call out: what the program has to print is the same everywhere.",
        line=at_trace,
        elsewhere=True,
    ),
    Entry(
        id="needs-program",
        applies=lambda finding, clues: program(finding, clues) is not None,
        reason="Your {role} starts another program{program}{where}, which is not there when it is graded.",
        next_step="Do without it: the assignment needs nothing but Python and your own two programs.",
        line=at_trace,
        fill=program_words,
        elsewhere=True,
    ),
)
