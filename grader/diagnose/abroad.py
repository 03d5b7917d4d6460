"""Programs that may work on the student's own computer: they need another system, another Python, or a screen."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from grader.diagnose.clues import Clues
from grader.diagnose.entry import Entry, at_trace, both, either, error, is_cause
from grader.diagnose.unread import own_version
from grader.diagnose.words import plain
from grader.verdicts import Finding

MISSED = re.compile(
    r"module '(?P<of>[\w.]+)' has no attribute '(?P<attribute>\w+)'|"
    r"cannot import name '(?P<imported>\w+)' from '(?P<source>[\w.]+)'|"
    r"No module named '(?P<module>\w+)|'socket' object has no attribute '(?P<method>\w+)'"
)
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
WITH_WINDOWS = ("tkinter", "_tkinter", "turtle")

unknown = either(error("AttributeError"), error("ImportError"), error("ModuleNotFoundError"))


def missed(clues: Clues) -> tuple[str, str]:
    """What is not there: a module and a name in it, or one of the two; empty where there is no such error, or where it
    is about a file of the student's."""
    found = MISSED.search(clues.trace.message) if clues.trace is not None else None
    if found is None:
        return "", ""
    module = found["of"] or found["source"] or found["module"] or ""
    own = any(path.rpartition("/")[2] == f"{module}.py" for path in clues.texts)
    return ("", "") if own else (module, found["attribute"] or found["imported"] or found["method"] or "")


def version(clues: Clues) -> tuple[int, int]:
    """The first version of Python that has what is not there; (0, 0) where that is no matter of the version."""
    return NEWER_NAMES.get(".".join(missed(clues)), (0, 0))


def system(clues: Clues) -> str:
    """The one system on which Python has this name."""
    module, name = missed(clues)
    return next((one for one, pattern in SYSTEMS.items() if pattern.fullmatch(name or module)), "")


def names(finding: Finding, clues: Clues) -> Mapping[str, str]:
    """The name, and where it is known."""
    module, name = missed(clues)
    return {
        "name": plain(name or module),
        "system": system(clues),
        "newer": ".".join(map(str, version(clues))),
        "own": own_version(),
    }


def lacks_terminal(finding: Finding, clues: Clues) -> bool:
    """A call that only a terminal answers was made."""
    trace = clues.trace
    about = ("Inappropriate ioctl for device", "could not find terminal", "cbreak() returned ERR")
    return trace is not None and is_cause(finding, clues) and any(text in trace.message for text in about)


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
)
