"""Programs that stop for want of what another machine has: a login, a variable, a locale, a program, an encoding."""

from __future__ import annotations

import pytest
from diagnosed import Case, check, client, made, mark, marked, on_client, on_server, server

from grader.diagnose import explain
from grader.diagnose.catalogue import CATALOGUE
from grader.model import Limits

ENTRIES = {entry.id: entry for entry in CATALOGUE}


def inside(function: str, error: str, source: str) -> dict[str, object]:
    """The record of a client whose marked line called into the library, which raised there."""
    line = marked(source, "# !!", "# <--")
    own = f'  File "/home/student/echo-client.py", line {line}, in <module>\n'
    library = f'  File "<frozen os>", line 9, in {function}\n' if function else ""
    return {"exit_code": 1, "stderr": f"Traceback (most recent call last):\n{own}{library}{error}\n".encode()}


def deep(entry: str, function: str, error: str, source: str) -> Case:
    return on_client(entry, "reply-not-printed", source, record=inside(function, error, source))


def prints(value: str, before: str = "") -> str:
    """A client that prints one value more, in the marked line."""
    return before + client(("print(", f"print({value}, "), ("repr(data))", "repr(data))" + mark))


CHILD = "FileNotFoundError: [Errno 2] No such file or directory: 'figlet'"
MACHINE = [
    on_server(
        "needs-login",
        "address-not-printed",
        server(('print("Connected by", addr)', "print(os.getlogin(), addr)" + mark)),
        "OSError: [Errno 6] No such device or address",
    ),
    on_client("needs-login", "never-connects", "os.getlogin()  # <--\n", "OSError: [Errno 25] Inappropriate"),
    deep("needs-variable", "__getitem__", "KeyError: 'APPDATA'", prints("os.environ['APPDATA']")),
    deep("needs-variable", "__getitem__", "KeyError: 'DISPLAY'", prints("env['DISPLAY']", "env = os.environ\n")),
    on_client(
        "needs-variable",
        "reply-not-printed",
        prints("os.getenv('USERNAME').upper()"),
        "AttributeError: 'NoneType' object has no attribute 'upper'",
    ),
    on_server(
        "needs-variable",
        "never-listens",
        'import os\nname = os.environ.get("COMPUTERNAME")  # <--\nprint("On " + name)  # !!\n',
        'TypeError: can only concatenate str (not "NoneType") to str',
    ),
    deep("needs-locale", "setlocale", "locale.Error: unsupported locale setting",
         prints("locale.setlocale(locale.LC_ALL, 'sv_SE')")),
    deep("needs-program", "_execute_child", CHILD, prints("subprocess.run(['figlet', 'hi'])")),
    deep("needs-program", "get", "webbrowser.Error: could not locate runnable browser", prints("webbrowser.get()")),
    on_client("needs-program", "never-connects", "os.execvp('less', ['less'])  # <--\n",
              "FileNotFoundError: [Errno 2] No such file or directory"),
    on_client("needs-terminal", "reply-not-printed", prints("open('/dev/tty', 'w')"),
              "OSError: [Errno 30] Read-only file system: '/dev/tty'"),
    on_client("needs-terminal", "reply-not-printed", prints("open('CON')"),
              "FileNotFoundError: [Errno 2] No such file or directory: 'CON'"),
    on_client("other-system", "reply-not-printed", prints("data.decode('mbcs')"),
              "LookupError: unknown encoding: mbcs"),
]  # fmt: skip


@pytest.mark.parametrize("case", MACHINE, ids=lambda case: f"{case.role}-{case.entry}")
def test_what_another_machine_has_goes_to_a_person(case: Case) -> None:
    """The line and what is not there are named, and the program may be right elsewhere."""
    check(case)
    assert ENTRIES[case.entry].elsewhere


@pytest.mark.parametrize(
    ("function", "error", "value", "before"),
    [
        ("__getitem__", "KeyError: 'RED'", "Color['RED']", "import os\nHOME = os.environ.get('HOME')\n"),
        ("", "KeyError: 'USERNAME'", "settings['USERNAME']", "import os\nHOME = os.environ.get('HOME')\n"),
        ("_execute_child", CHILD.replace("figlet", "logs"), "run(['ls'], cwd='logs')", ""),
        ("open", CHILD.replace("figlet", "settings.ini"), "open('settings.ini')", ""),
        ("decode", "LookupError: unknown encoding: uft-8", "data.decode('uft-8')", ""),
        ("", "AttributeError: 'NoneType' object has no attribute 'upper'", "answer.upper()", "answer = None\n"),
        ("", "OSError: [Errno 6] No such device or address", "os.open('pipe', 5)", ""),
        ("", "OSError: [Errno 107] Transport endpoint is not connected", "s.getpeername()", "os.getlogin()\n"),
    ],
)
def test_a_mistake_of_the_students_own_is_none_of_the_machine(
    function: str, error: str, value: str, before: str
) -> None:
    """What would fail on every machine asks for no person."""
    source = prints(value, before)
    finding, sources = made(on_client("", "reply-not-printed", source, record=inside(function, error, source)))
    assert not ENTRIES[explain(finding, sources, "", Limits()).id].elsewhere


def test_a_program_that_goes_on_without_the_locale_is_not_explained_by_it() -> None:
    """What an except block has printed of it stops nothing."""
    case = on_server("", "server-silent", server(), record={"stdout": b"unsupported locale setting\n"})
    finding, sources = made(case)
    assert explain(finding, sources, "", Limits()).id != "needs-locale"
