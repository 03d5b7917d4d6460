"""Programs that end before their work begins, parts left to be written, and names that come too late."""

from __future__ import annotations

import pytest
from diagnosed import MET, REPLIED, REPLY, Case, check, client, made, mark, on_client, on_server, server
from records import dial, events, traceback

from grader.diagnose import explain
from grader.model import Limits

MAIN = "import socket\nimport sys\ndef main():\n    s = socket.socket()\n    s.bind(1)\n    s.listen()\n"
TESTED = (
    "import unittest\nfrom unittest.mock import patch\n\nclass Tests(unittest.TestCase):\n    @patch('socket.socket')\n"
    "    def test_main(self, made):\n        main()\n\nunittest.main(exit=False)\n"
)
USAGE = 'import sys\ndef help():\n    print("Aufruf: ...")\n    sys.exit(2)\n'
ENDED = {"exit_code": 1}
END_OF_INPUT = "EOFError: EOF when reading a line"
HANDLED = b"\nDuring handling of the above exception, another exception occurred:\n\n"


def ends_where(condition: str, *, role: str = "server", setup: str = "", block: str = "sys.exit(1)") -> str:
    """A program that ends under a condition, before its work."""
    whole = client if role == "client" else server
    return whole(("HOST =", f"import sys\n{setup}if {condition}:  # <--\n    {block}\nHOST ="))


BEGUN = [
    on_server("call-commented-out", "never-listens", f"{MAIN}print('ready')\n# main()  # <--\n"),
    on_server("call-commented-out", "never-listens", f"{MAIN}{TESTED}    # main()  # <--\n"),
    on_server("call-commented-out", "never-listens", f"{MAIN}#asyncio.run(main())  # <--\n"),
    on_server(
        "functions-not-called", "never-listens", f"{MAIN}# main() is where it begins\n".replace("():", "():" + mark)
    ),
    on_server("needs-arguments", "never-listens", ends_where("len(sys.argv) != 3"), record=ENDED),
    on_client("needs-arguments", "never-connects", ends_where("not sys.argv[1:]", role="client"), record=ENDED),
    on_server("needs-arguments", "never-listens", ends_where("len(sys.argv) - 1 not in (1, 2)"), record=ENDED),
    on_server(
        "needs-arguments", "never-listens", ends_where("len(given) < 1", setup="given = sys.argv[1:]\n"), record=ENDED
    ),
    on_server(
        "needs-arguments",
        "never-listens",
        USAGE + ends_where("2 > 1 and not len(sys.argv) == 2 or len(sys.argv) < 2", block="help()"),
        record=ENDED,
    ),
    on_server(
        "needs-arguments",
        "never-listens",
        "import sys, socket\ndef main():\n    if len(sys.argv) < 2:  # <--\n        print('wie?')\n        return 1\n"
        "    socket.create_server(sys.argv[1])\nsys.exit(main())\n",
        record=ENDED,
    ),
    on_server(  # not the condition that holds without arguments
        "exits-at-once",
        "never-listens",
        ends_where("len(sys.argv) > 1", block="sys.exit(1)" + mark).replace(":  # <--", ":"),
        record=ENDED,
    ),
    on_server(  # nobody can tell which of the two
        "exits-at-once",
        "never-listens",
        "import sys, os\ndef check():\n    if not os.path.exists('x'):\n        sys.exit(1)\ncheck()\nsys.exit(1)\n",
        record=ENDED,
    ),
    on_server(
        "exits-at-once",
        "never-listens",
        "import sys, os\nif os.sep == 'x':\n    sys.exit(0)\nif os.sep == '/':\n    sys.exit(1)  # <--\n",
        record=ENDED,
    ),
    on_client(
        "needs-keyboard",
        "client-silent",
        client(("s.sendall", "try:\n    input()  # <--\nexcept EOFError:\n    sys.exit(1)\ns.sendall")),
        record={
            "exit_code": 1,
            "stderr": traceback("echo-client.py", 7, END_OF_INPUT)
            + HANDLED
            + traceback("echo-client.py", 9, "NameError: name 'sys' is not defined"),
        },
    ),
    on_client(
        "missing-import",
        "client-silent",
        client(("s.sendall", "try:\n    open(1)\nexcept OSError:\n    sys.exit(1)  # <--\ns.sendall")),
        record={
            "exit_code": 1,
            "stderr": traceback("echo-client.py", 7, "OSError: [Errno 9] Bad file descriptor")
            + HANDLED
            + traceback("echo-client.py", 9, "NameError: name 'sys' is not defined"),
        },
    ),
    on_client(
        "python2-print-into",
        "never-connects",
        client(("s.connect", "print >> sys.stderr, 'x'  # <--\ns.connect")),
        "TypeError: unsupported operand type(s) for >>: 'builtin_function_or_method' and '_io.TextIOWrapper'. Did you "
        'mean "print(<message>, file=<output_stream>)"?',
    ),
    on_server(
        "defined-below",
        "server-silent",
        server(("print(", "handle(conn)  # <--\nprint(")) + "def handle(conn):\n    pass\n",
        "NameError: name 'handle' is not defined. Did you mean: 'hash'?",
    ),
    on_server(  # a name of another function's
        "name-error",
        "server-silent",
        server(("print(", "handle(conn)  # <--\nprint(")) + "def main():\n    handle = print\n",
        "NameError: name 'handle' is not defined",
    ),
    on_server(  # it has been defined, and deleted
        "name-error",
        "server-silent",
        "def handle():\n    pass\ndel handle\n" + server(("print(", "handle(conn)  # <--\nprint(")),
        "NameError: name 'handle' is not defined",
    ),
]

SERVER_STARTER = (
    "import socket\nwith socket.socket() as s:\n    # TODO 1: Bind the socket s to the address.\n{bind}"
    "    # TODO 2: Let the socket listen for clients.\n{listen}    # TODO 3: Accept one client. Then\n"
    "    #   - print its address;\n    #   - receive from the connection, and send the same bytes back.\n{rest}"
)
SILENT = {"exit_code": 0, "events": events(*MET)}


def filled(rest: str, *, bind: str = "    s.bind(1)\n", listen: str = "    s.listen()\n") -> str:
    """The starter of a server, with something below its TODOs."""
    return SERVER_STARTER.format(bind=bind, listen=listen, rest=rest)


OPEN = [
    on_server(
        "reply-missing",
        "server-silent",
        filled("    c, a = s.accept()\n    data = c.recv(1024)  # <--\n"),
        record=SILENT,
    ),
    on_server(
        "nothing-read", "server-silent", filled("    c, a = s.accept()  # <--\n    c.sendall(b'x')\n"), record=SILENT
    ),
    on_server("todo-accept", "never-listens", filled("    pass\n").replace("Then\n", "Then  # <--\n")),
    on_server(
        "todo-listen", "never-listens", filled("    s.accept()\n", listen="").replace("clients.", "clients.  # <--")
    ),
    on_server("todo-bind", "never-listens", filled("    s.accept()\n", bind="").replace("address.", "address.  # <--")),
    on_server(
        "server-connects",
        "never-listens",
        filled("    s.accept()\n", bind="    s.connect(1)  # <--\n"),
        record={"exit_code": 1, "dials": (dial("connect"),)},
        raises="ConnectionRefusedError: [Errno 111] Connection refused",
    ),
    on_client(
        "receive-missing",
        "reply-not-printed",
        "# TODO: the whole client\nimport socket\ns = socket.socket()\ns.connect(1)\n"
        "s.sendall(b'Hello')\nprint('x')  # <--\n",
        record={"events": events(*REPLIED)},
        finding=REPLY,
    ),
    on_client(
        "todo-left",
        "never-connects",
        "import socket\ns = socket.socket()\nif s:\n    # TODO  # <--\n    pass\nprint()\n",
    ),
]


@pytest.mark.parametrize("case", BEGUN + OPEN, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)


@pytest.mark.parametrize(
    ("module", "advice"),
    [
        ("sockets", "Check the spelling: Python has a module socket."),
        ("Socket", "Check the spelling: Python has a module socket."),
        ("scoket", "Check the spelling: Python has a module socket."),
        ("thread", "It belongs to Python 2; in Python 3 it is called _thread, or better threading."),
        ("SocketServer", "It belongs to Python 2; in Python 3 it is called socketserver."),
        ("psutil", "Use only Python's standard library"),
        ("board", "Use only Python's standard library"),
    ],
)
def test_a_module_that_is_not_there_may_have_another_name(module: str, advice: str) -> None:
    """One of Python 2 has a new name, one that is misspelt by a letter has the right one; others are to be left out."""
    raised = f"ModuleNotFoundError: No module named '{module}'"
    finding, sources = made(on_server("module-not-there", "never-listens", f"import {module}  # <--\n", raised))
    assert explain(finding, sources, "", Limits()).next_step.startswith(advice)


DAEMON = "import threading\nt = threading.Thread(target=main, daemon=True)\nt.start()\n"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (MAIN + DAEMON + "input()  # <--\n", "method join in its place"),
        (MAIN + DAEMON + "try:\n    input()  # <--\nfinally:\n    pass\n", "method join in its place"),
        (
            MAIN + "import _thread\n_thread.start_new_thread(main, ())\ninput()  # <--\n",
            "without a thread, in its place",
        ),
        (MAIN + DAEMON.replace(", daemon=True", "") + "input()  # <--\n", "Take this line out: what is typed"),
        (
            MAIN + "try:\n    input()  # <--\nfinally:\n    main()\n",
            "Take this line out, with the block that has nothing else",
        ),
        (MAIN + DAEMON + "text = input()  # <--\n", "Take the input call out"),
    ],
)
def test_what_keeps_a_thread_alive_is_replaced_and_not_only_taken_out(source: str, words: str) -> None:
    """A daemon thread ends with the main program; and a block must not be left empty."""
    finding, sources = made(on_server("needs-keyboard", "never-listens", source, END_OF_INPUT))
    found = explain(finding, sources, "", Limits())
    assert (found.id, words in found.next_step) == ("needs-keyboard", True), found.next_step
