"""What a program does at its very end, when its interpreter takes it apart: compared with `python3 FILE`."""

from __future__ import annotations

from pathlib import Path

import pytest
from boxes import run_in_turn
from test_box_fidelity import assert_same

pytestmark = pytest.mark.sandbox

LAST_WORDS = "class A:\n    def __init__(self, n=''): self.n = n\n    def __del__(self): print('gone', self.n)\n"
ENDS = {
    "a global": LAST_WORDS + "a = A()\n",
    "a global that a function uses": LAST_WORDS + "a = A()\ndef f(): return a\n",
    "globals in order": LAST_WORDS + "_z, b, __c__, a = map(A, 'zbca')\ndef f(): pass\n",
    "a cycle": LAST_WORDS + "a = A()\na.a = a\ndef f(): pass\n",
    "a default": LAST_WORDS + "def f(x=A()): pass\n",
    "an attribute of a class": LAST_WORDS + "class B:\n    x = A()\n",
    "what is attached to sys": LAST_WORDS + "import sys\nsys.mine = A()\n",
    "what is attached to builtins": LAST_WORDS + "import builtins\nbuiltins.mine = A()\n",
    "what a cache of the library holds": LAST_WORDS + "import functools\nf = functools.cache(A)\nf(1)\n",
    "what a selector holds": (
        LAST_WORDS + "import selectors, socket\na, b = socket.socketpair()\n"
        "s = selectors.DefaultSelector()\ns.register(a, 1, A())\n"
    ),
    "a thread's own": LAST_WORDS + "import threading\nown = threading.local()\nown.a = A()\n",
    "a module of its own": LAST_WORDS + "import sys, types\nm = sys.modules['m'] = types.ModuleType('m')\nm.a = A()\n",
    "a subclass of the library": (
        "import socket\nclass M(type):\n    def __del__(cls): print('class gone')\n"
        "class A(socket.socket, metaclass=M): pass\n"
    ),
    "an abstract class of the library": (
        "import collections.abc\nclass M(type):\n    def __del__(cls): print('class gone')\n"
        "class A(metaclass=M): pass\ncollections.abc.Sequence.register(A)\nisinstance(A(), collections.abc.Sequence)\n"
    ),
    "an open file": "import os\nf = os.fdopen(os.dup(1), 'w', 100)\nf.write('late')\nprint('early', flush=True)\n",
    "an open file that a function uses": (
        "import os\nf = os.fdopen(os.dup(1), 'w', 100)\nf.write('late')\ndef g(): f\nprint('early', flush=True)\n"
    ),
    "modules of the library": (
        "import os, socket\nclass A:\n    def __del__(self): print(os.sep, socket.AF_INET, socket.socket)\n"
        "a = A()\ndef f(): pass\n"
    ),
    "an import": "class A:\n    def __del__(self):\n        import socket\na = A()\ndef f(): a\n",
    "an import of something new": "class A:\n    def __del__(self):\n        import json\na = A()\ndef f(): a\n",
    "the list of modules": (
        "import sys\nm = sys.modules\nclass A:\n    def __del__(self): print(len(m))\na = A()\ndef f(): a\n"
    ),
    "exit functions": "import atexit\nfor n in range(3): atexit.register(print, n)\nprint(atexit._ncallbacks())\n",
    "a failing exit function": "import atexit\natexit.register(lambda: 1 / 0)\natexit.register(print, 'first')\n",
    "a finalizer": "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, print, 'end')\ndef f(): pass\n",
    "a weak reference": "import weakref\nclass A: pass\na = A()\nr = weakref.ref(a, lambda r: print('end'))\n",
    "a generator": "def g():\n    try: yield 1\n    finally: print('closed', __name__)\nx = g()\nnext(x)\n",
    "a coroutine": (
        "import asyncio\nasync def g():\n    try: yield 1\n    finally: print('closed')\nasync def main():\n"
        "    global x\n    x = g()\n    await anext(x)\nasyncio.run(main())\n"
    ),
    "a thread": LAST_WORDS + "import threading\na = A()\nthreading.Timer(0.02, lambda: print('thread')).start()\n",
    "logging": LAST_WORDS + "import logging\nlogging.basicConfig()\nlogging.warning('x')\na = A()\ndef f(): pass\n",
    "a warning": "import socket, warnings\nwarnings.simplefilter('always')\ns = socket.socket()\ndef f(): pass\n",
    "another stdout": (
        "import sys\nclass W:\n    def write(self, text): sys.__stdout__.write('<' + text + '>')\n"
        "    def flush(self): sys.__stdout__.write('flush')\n    def __del__(self): print('gone')\n"
        "sys.stdout = W()\nprint('x')\n"
    ),
    "a wrapped stdout": "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer)\nprint('x')\ndef f(): pass\n",
    "a buffered stdout": (
        LAST_WORDS + "import sys\nsys.stdout.reconfigure(write_through=False)\nsys.a = A()\na = A()\nprint('x')\n"
    ),
    "a closed stdout": "import sys\nsys.stdout.close()\n",
    "an error": "class A:\n    def __del__(self): 1 / 0\na = A()\ndef f(): pass\n",
    "an error told by a hook": (
        "import sys\nsys.unraisablehook = lambda a: print('hook', a.exc_type)\n"
        "class A:\n    def __del__(self): 1 / 0\na = A()\ndef f(): pass\n"
    ),
    "an exit": "import sys\nclass A:\n    def __del__(self): sys.exit(4)\na = A()\ndef f(): pass\n",
    "an end at once": "import os\nclass A:\n    def __del__(self): os._exit(4)\na = A()\ndef f(): pass\n",
}


@pytest.mark.parametrize("what", ENDS)
def test_what_a_program_does_at_its_end(tmp_path: Path, what: str) -> None:
    """Finalisers, exit functions and flushes run in a box as they do outside, in the same order."""
    assert_same(tmp_path, ENDS[what])


def test_every_end_in_a_box_is_a_whole_one() -> None:
    """What one program has taken apart is there for the next: the fifth ends like the first."""
    program = "import socket, os\n" + LAST_WORDS + "a = A(socket.AF_INET)\ndef f(): a\n"
    assert [visit.record.stdout for visit in run_in_turn(*[program] * 5)] == [b"gone 2\n"] * 5
