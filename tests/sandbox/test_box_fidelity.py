"""A program in a box behaves as under `python3 FILE`: compared with a real run of the same interpreter."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from boxes import ROOMY, run_in_turn, run_program, source

from grader.sandbox import host
from grader.sandbox.inside.watch import HOME
from grader.sandbox.policy import ENVIRONMENT

pytestmark = pytest.mark.sandbox


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended and what it printed; paths are written as in a box, and addresses in memory as 0x."""

    exit_code: int | None
    signal: int | None
    stdout: str
    stderr: str


def outside(folder: Path, program: str | bytes, beside: dict[str, str]) -> Outcome:
    """The program under `python3 program.py`, in a folder of its own, with a box's environment and empty stdin."""
    for name, text in {"program": program, **beside}.items():
        (folder / f"{name}.py").write_bytes(source(text))
    done = subprocess.run(
        [host.layout().python, "-u", "program.py"],
        cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    texts = [comparable(text).replace(str(folder), HOME) for text in (done.stdout, done.stderr)]
    ended = done.returncode
    return Outcome(ended if ended >= 0 else None, -ended if ended < 0 else None, *texts)


def inside(program: str | bytes, beside: dict[str, str]) -> Outcome:
    """The same program in a box."""
    record = run_program(program, ROOMY, **beside).record
    assert record.stopped is None
    return Outcome(record.exit_code, record.signal, comparable(record.stdout), comparable(record.stderr))


def comparable(text: bytes) -> str:
    """Output without the addresses in memory that differ from run to run."""
    return re.sub("0x[0-9a-f]+", "0x", text.decode(errors="replace"))


def assert_same(folder: Path, program: str | bytes, **beside: str) -> Outcome:
    """Hold a box to what the interpreter does outside; returns it for a look at the content."""
    seen = inside(program, beside)
    assert seen == outside(folder, program, beside)
    return seen


# --- endings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "exit_code"),
    [
        ("", 0),
        ("import sys; sys.exit()", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit(-1)", 255),
        ("import sys; sys.exit(300)", 44),
        ("import sys; sys.exit('a text')", 1),
        ("raise SystemExit(['not', 'a', 'number'])", 1),
        ("exit(5)", 5),
        ("import os; print('cut', end=''); os._exit(7)", 7),
        ("1 / 0", 1),
        ("import threading; threading.Thread(target=lambda: 1 / 0).start()", 0),
        ("import asyncio\nasync def main(): raise SystemExit(4)\nasyncio.run(main())", 4),
        ("import atexit; atexit.register(lambda: 1 / 0)", 0),
    ],
)
def test_exit_statuses(tmp_path: Path, program: str, exit_code: int) -> None:
    """Each way to end gives the exit status and the output that it gives outside."""
    assert assert_same(tmp_path, program).exit_code == exit_code


@pytest.mark.parametrize("number", [1, 9, 10, 14, 15])
def test_death_by_signal(tmp_path: Path, number: int) -> None:
    """A signal without a handler ends the program, and is told as a signal, not as an exit status."""
    assert assert_same(tmp_path, f"import os; print('on'); os.kill(os.getpid(), {number})").signal == number


def test_keyboard_interrupt(tmp_path: Path) -> None:
    """An uncaught KeyboardInterrupt ends the program by SIGINT, as outside."""
    assert_same(tmp_path, "raise KeyboardInterrupt")


def test_threads_are_joined_and_exit_functions_run(tmp_path: Path) -> None:
    """The end of the main program waits for its threads, then calls what was registered with atexit."""
    program = """
        import atexit, threading
        atexit.register(print, "registered")
        go = threading.Event()
        threading.Thread(target=lambda: (go.wait(), print("thread"))).start()
        print("main")
        threading.Timer(0.05, go.set).start()
    """
    assert assert_same(tmp_path, program).stdout.splitlines()[-1] == "registered"


# --- what a traceback says ------------------------------------------------------------------------------------------

FAILURES = {
    "in a function": "def outer():\n    inner([])\ndef inner(x):\n    return x['key']\nouter()\n",
    "on one line": "print('before'); None.connect()",
    "chained": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('text') from error",
    "while handling": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    undefined",
    "group": "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])",
    "with a note": "error = ValueError('text')\nerror.add_note('a note')\nraise error",
    "in the library": "import socket\nsocket.create_connection(('127.0.0.1', 1))",
    "address": "import socket\ns = socket.socket()\ns.bind('127.0.0.1', 65432)",
    "bytes": "import socket\na, b = socket.socketpair()\na.sendall('text')",
    "missing module": "import no_such_module",
    "missing name": "import socket\nsocket.sockett()",
    "missing file": "open('no-such-file')",
    "name": "pritn('hello')",
    "assertion": "assert 1 == 2, 'not equal'",
    "input": "input('name? ')",
    "thread": "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='worker')\nt.start()\nt.join()",
    "own hook": "import sys\nsys.excepthook = lambda *stuff: print('hook', stuff[0])\n1 / 0",
    "printed by the program": "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()",
    "asyncio": "import asyncio\nasync def main(): await asyncio.open_connection('127.0.0.1', 1)\nasyncio.run(main())",
    "unraisable": "class A:\n    def __del__(self):\n        1 / 0\na = A()\ndel a",
    "unclosed": "x = (\nprint(1)\n",
    "indentation": "def f():\nprint(1)\n",
    "unexpected indent": "print(1)\n    print(2)\n",
    "tabs and blanks": "if True:\n        a = 1\n\tb = 2\n",
    "Python 2": "print 'hello'\n",
    "invalid": "x = 1 +* 2\n",
    "string": "x = 'abc\n",
    "return outside": "return 5\n",
    "await outside": "await thing()\n",
    "future": "from __future__ import no_such_feature\n",
}


@pytest.mark.parametrize("what", FAILURES)
def test_error_texts(tmp_path: Path, what: str) -> None:
    """What Python says of an error is word for word what the student sees at home."""
    assert assert_same(tmp_path, FAILURES[what]).stderr or what == "own hook"


@pytest.mark.parametrize(
    "program",
    [b"print('gr\xfc\xdfe')\n", b"x = 1\n# gr\xfc\xdfe\nprint(x)\n", b"# coding: no-such\nprint(1)\n"],
    ids=["invalid UTF-8", "invalid UTF-8 in a comment", "unknown encoding"],
)
def test_errors_of_encoding(tmp_path: Path, program: bytes) -> None:
    """A source that Python cannot decode gets Python's own message."""
    assert assert_same(tmp_path, program).exit_code == 1


def test_warnings(tmp_path: Path) -> None:
    """Warnings of the compiler and of the program appear as outside."""
    program = "import warnings\nx = 1\nif x is 1:\n    warnings.warn('a')\n    warnings.warn('b', DeprecationWarning)\n"
    assert "SyntaxWarning" in assert_same(tmp_path, program).stderr


def test_errors_in_a_helper_module(tmp_path: Path) -> None:
    """A traceback through a module beside the program names both files."""
    seen = assert_same(tmp_path, "import helper\nhelper.fail()\n", helper="def fail():\n    raise ValueError('text')\n")
    assert f'File "{HOME}/helper.py", line 2, in fail' in seen.stderr


def test_a_crash_of_the_interpreter_prints_nothing_of_the_grader() -> None:
    """After a crash in C code no path of the launcher is in what the student is shown."""
    record = run_program("import ctypes\nctypes.string_at(0)").record
    assert record.signal == 11
    assert b"launcher" not in record.stderr


# --- what a program sees of itself ----------------------------------------------------------------------------------

FACTS = {
    "name": "print(__name__, __file__, __doc__, __package__, __spec__, __cached__)",
    "arguments": "import sys; print(sys.argv, sys.path[0], sys.executable)",
    "restart": (
        "import os, sys\nprint(sys.orig_argv[-1], sys.argv, flush=True)\n"
        "if os.environ.setdefault('times', '1') == '1':\n"
        "    os.environ['times'] = '2'\n    os.execv(sys.executable, sys.orig_argv)"
    ),
    "group": "import os; os.setpgrp(); os.setpgid(0, 0); print(os.getpgrp() == os.getpid())",
    "path": "import sys; print(sys.path)",
    "folder": "import os; print(os.getcwd() == os.path.dirname(os.path.abspath(__file__)), os.listdir('.'))",
    "stack": "import inspect, sys; print([one.filename for one in inspect.stack()], sys._getframe().f_back)",
    "printed stack": "import traceback\ndef f(): traceback.print_stack()\nf()",
    "environment": (
        "import os\nkept = ('HOME', 'LANG', 'LOGNAME', 'PATH', 'PYTHONHASHSEED', 'SHELL', 'TERM', 'USER')\n"
        "print(sorted(os.environ.keys() - {'PWD', 'LC_CTYPE'}) == sorted(kept))\n"
        "print(any(word in open('/proc/self/environ').read() for word in ('TASK', 'PYTHONPATH', 'launch')))"
    ),
    "names": "print(sorted(globals()))",
    "main module": "import sys, __main__; print(sys.modules['__main__'].__dict__ is globals(), __main__.__file__)",
    "guard": "if __name__ == '__main__':\n    print('called')",
    "own source": "import inspect\ndef f(): pass\nprint(inspect.getsource(f))",
    "stdin": "import sys; print(repr(sys.stdin.read()), sys.stdin.isatty(), sys.stdout.isatty())",
    "encodings": (
        "import sys\nprint([(s.encoding, s.errors) for s in (sys.stdin, sys.stdout, sys.stderr)])\n"
        "print(sys.getfilesystemencoding())"
    ),
    "text": "print('gr\u00fc\u00dfe \u2713 \U0001f40d')",
    "limits": "import sys; print(sys.getrecursionlimit(), sys.getswitchinterval())",
    "signals": "import signal; print([signal.getsignal(n) for n in (1, 2, 3, 10, 13, 14, 15, 17, 25)])",
    "threads": "import threading; print(threading.active_count(), threading.current_thread().name)",
    "collector": "import gc; print(gc.isenabled(), gc.get_threshold(), gc.get_objects() != [])",
    "loop": "import asyncio\nasync def main(): print(type(asyncio.get_running_loop()).__name__)\nasyncio.run(main())",
    "umask": "import os; print(os.umask(0))",
    "children": "import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', 'print(6 * 7)']))",
    "pool": (
        "import multiprocessing as m\nif __name__ == '__main__':\n    with m.get_context('spawn').Pool(1) as p:\n"
        "        print(p.map(abs, [-1]))"
    ),
    "future flags": "def f(x: undefined_name = 1): pass",
    "hash seed": "print(hash('a'), set('abcdefgh'))",
}  # fmt: skip


@pytest.mark.parametrize("what", FACTS)
def test_what_a_program_sees(tmp_path: Path, what: str) -> None:
    """What a program can find out about itself by fair means is what it would find outside."""
    assert_same(tmp_path, FACTS[what])


def test_sets_have_the_same_order_in_every_box() -> None:
    """Hashes do not differ from box to box, so that the order of a set cannot decide a mark."""
    program = "print(hash('a'), list(set('abcdefgh')))"
    assert run_program(program).lines == run_program(program).lines


def test_output_is_not_buffered() -> None:
    """What was printed before a program was killed is there, in order, also without a line end."""
    record = run_program("import os, sys\nprint('a', end='')\nsys.stdout.write('b')\nos.kill(os.getpid(), 9)").record
    assert record.stdout == b"ab"


@pytest.mark.parametrize(
    "program",
    [
        b"\xef\xbb\xbfprint('bom')\n",
        b"print('crlf')\r\nprint('crlf')\r\n",
        b"# -*- coding: latin-1 -*-\nprint('gr\xfc\xdfe')\n",
        b"#!/usr/bin/env python3\n# vim: set fileencoding=cp1252 :\nprint('\x80')\n",
        b"if True:\n\tprint('tab')\n",
        b"print('no line end')",
        b"print('form feed')\n\x0cprint('again')\n",
    ],
    ids=["byte order mark", "CRLF", "Latin-1", "cp1252", "tabs", "no line end", "form feed"],
)
def test_source_files_of_all_kinds(tmp_path: Path, program: bytes) -> None:
    """Byte order marks, line ends, encodings and tabs are read as Python reads them."""
    assert assert_same(tmp_path, program).exit_code == 0


# --- modules beside the program -------------------------------------------------------------------------------------


def test_a_helper_module_is_found(tmp_path: Path) -> None:
    """A module beside the program is imported from there."""
    assert_same(tmp_path, "import helper\nprint(helper.value, helper.__file__)", helper="value = 5")


@pytest.mark.parametrize("name", ["network", "launcher", "watch"])
@pytest.mark.parametrize("handed_in", [True, False])
def test_what_the_grader_calls_its_own_modules_is_no_name_that_a_program_finds(
    tmp_path: Path, name: str, handed_in: bool
) -> None:
    """A helper module of that name is the program's; where there is none, there is none."""
    beside = {name: "value = 5"} if handed_in else {}
    record = assert_same(tmp_path, f"import {name}\nprint({name}.value, {name}.__file__)", **beside)
    assert (record.exit_code == 0) is handed_in


@pytest.mark.parametrize("name", ["socket", "select", "struct", "array", "selectors", "ctypes", "random", "queue"])
def test_a_module_with_the_name_of_one_of_the_library_shadows_it(tmp_path: Path, name: str) -> None:
    """A file named like a library module hides it exactly as it does outside, loaded in the launcher or not."""
    program = f"import {name}\nprint({name}.__file__)\n{name}.no_such_thing"
    assert_same(tmp_path, program, **{name: "print('mine')"})


@pytest.mark.parametrize("name", ["os", "io", "sys", "codecs", "abc", "site", "time"])
def test_a_module_that_python_has_loaded_already_is_not_shadowed(tmp_path: Path, name: str) -> None:
    """A file named like a module that every interpreter loads at its start changes nothing, inside as outside."""
    program = f"import {name}\nprint(hasattr({name}, 'mine'))"
    assert_same(tmp_path, program, **{name: "mine = True"})


def test_a_module_that_is_shadowed_does_not_matter_to_those_that_do_not_use_it(tmp_path: Path) -> None:
    """A harmless name clash costs nothing: the program runs, listens and ends."""
    program = "import socket\nwith socket.create_server(('127.0.0.1', 0)) as server:\n    print('listening')"
    assert assert_same(tmp_path, program, calendar="x = 1", struct="y = 2").stdout == "listening\n"


@pytest.mark.parametrize("what", FACTS)
def test_what_a_program_sees_in_an_interpreter_of_its_own(tmp_path: Path, what: str) -> None:
    """The same, where a shadowed module makes a fresh interpreter necessary."""
    if what != "environment":  # there, what a process was started with is what it shows
        assert_same(tmp_path, FACTS[what], mmap="")


def test_a_cold_interpreter_behaves_like_a_warm_one(tmp_path: Path) -> None:
    """Where a shadowed module makes a fresh interpreter necessary, the program sees itself all the same."""
    program = """
        import sys, os
        print(__name__, __file__, sys.argv, sys.path[0], os.getcwd() == sys.path[0])
        print(sorted(os.listdir("/proc/self/fd"))[:3])
        undefined
    """
    assert_same(tmp_path, program, struct="")


def test_a_cold_interpreter_inherits_three_descriptors_and_notes_addresses() -> None:
    """A shadowed module opens no way out: no further descriptor, and dialled addresses are seen."""
    program = """
        import os, socket
        print([n for n in range(3, 1024) if os.path.exists(f"/proc/self/fd/{n}")])
        socket.socket().connect_ex(("127.0.0.1", 9))
    """
    seen = run_program(program, calendar="", array="")
    assert seen.lines == ["[]"]
    assert [(one.host, one.port) for one in seen.record.dials] == [("127.0.0.1", 9)]


def test_the_second_program_of_a_box_is_as_faithful_as_the_first() -> None:
    """Nothing wears off: the tenth run in a box prints what the first printed."""
    program = "import sys, threading; print(__name__, sys.argv[1:], threading.active_count(), len(sys.modules))"
    seen = [visit.lines for visit in run_in_turn(*[program] * 10)]
    assert len({tuple(lines) for lines in seen}) == 1
