"""Programs that never get to their sockets, and parts left to be written. One record for each entry."""

from __future__ import annotations

import pytest
from diagnosed import REPLIED, REPLY, Case, check, mark, on_client, on_server, server
from records import events

LOADING = [
    on_server(
        "shadowed-module",
        "never-listens",
        server(("STREAM)", "STREAM)" + mark)),
        "AttributeError: module 'socket' has no attribute 'socket'",
        files={"socket.py": "print()\n"},
    ),
    on_server(
        "python2-print",
        "never-listens",
        "print 'x'  # <--\n",
        "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?",
    ),
    on_server("indentation", "never-listens", "x = 1\n  y = 2  # <--\n", "IndentationError: unexpected indent"),
    on_client(
        "indentation",
        "never-connects",
        "x = 1\n\ty = 2  # <--\n",
        "TabError: inconsistent use of tabs and spaces in indentation",
    ),
    on_server(
        "source-encoding",
        "never-listens",
        "# \ufffd  # <--\n",
        "SyntaxError: Non-UTF-8 code starting with '\\xe4' in file x",
    ),
    on_server(
        "merge-conflict",
        "never-listens",
        "import socket\n<<<<<<< HEAD  # <--\ns = 1\n=======\ns = 2\n>>>>>>> other\n",
        "SyntaxError: invalid syntax",
    ),
    on_server("prompts-copied", "never-listens", ">>> import socket  # <--\n>>> x\n", "SyntaxError: invalid syntax"),
    on_client(
        "notebook-command", "never-connects", "!pip install sockets  # <--\nx = 1\n", "SyntaxError: invalid syntax"
    ),
    on_server("syntax-error", "never-listens", "s.bind((HOST, PORT)  # <--\n", "SyntaxError: '(' was never closed"),
    on_server(
        "missing-import", "never-listens", "s = socket.socket()  # <--\n", "NameError: name 'socket' is not defined"
    ),
    on_server(
        "name-of-socket-module",
        "never-listens",
        "import socket\ns = socket.socket(AF_INET)  # <--\n",
        "NameError: name 'AF_INET' is not defined",
    ),
    on_server(
        "blank-left", "never-listens", server(("s.listen()", "____" + mark)), "NameError: name '____' is not defined"
    ),
    on_server("not-implemented", "server-silent", "raise NotImplementedError  # <--\n", "NotImplementedError"),
    on_server(
        "module-not-there", "never-listens", "import numpy  # <--\n", "ModuleNotFoundError: No module named 'numpy'"
    ),
    on_server(
        "import-name",
        "never-listens",
        "from socket import sokcet  # <--\n",
        "ImportError: cannot import name 'sokcet' from 'socket'",
    ),
    on_client("needs-keyboard", "never-connects", "text = input()  # <--\n", "EOFError: EOF when reading a line"),
    on_server(
        "needs-arguments",
        "never-listens",
        "import sys\nHOST = sys.argv[1]  # <--\n",
        "IndexError: list index out of range",
    ),
    on_server(
        "needs-arguments",
        "never-listens",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('host')  # <--\np.parse_args()\n",
        record={"exit_code": 2, "stderr": b"usage: echo-server.py [-h] host\n"},
    ),
    on_server(
        "file-not-there",
        "never-listens",
        "open('config.txt')  # <--\n",
        "FileNotFoundError: [Errno 2] No such file or directory: 'config.txt'",
    ),
    on_server("file-empty", "never-listens", ""),
    on_client("file-empty", "never-connects", "import socket\nHOST = '127.0.0.1'\n"),
    on_server("guard-wrong", "never-listens", "def main():\n    s.bind()\nif __name__ == 'main':  # <--\n    main()\n"),
    on_server(
        "functions-not-called",
        "never-listens",
        "import socket\ndef main():  # <--\n    s = socket.socket()\n    s.bind(1)\n    s.listen()\n",
    ),
    on_server("exits-at-once", "never-listens", "import sys\nsys.exit(1)  # <--\n", record={"exit_code": 1}),
    on_server(
        "error-caught",
        "never-listens",
        "import sys\ntry:\n    s.bind(POTR)\nexcept Exception as e:  # <--\n    print(e)\n    sys.exit(1)\n",
        record={"exit_code": 1, "stdout": b"name 'POTR' is not defined\n"},
    ),
    on_server("stub-left", "never-listens", "import socket\ndef serve():\n    pass  # <--\nserve()\n"),
]

TODOS = [
    on_server(
        "todo-bind",
        "never-listens",
        "import socket\ns = socket.socket()\n# TODO 1: bind the socket  # <--\n# TODO 2: listen\npass\n",
    ),
    on_server(
        "todo-listen",
        "never-listens",
        "import socket\ns = socket.socket()\ns.bind(1)\n# TODO 2: let it listen  # <--\n",
    ),
    on_server(
        "todo-accept",
        "never-listens",
        "import socket\ns = socket.socket()\ns.bind(1)\ns.listen()\n# TODO 3: Accept a client  # <--\n",
    ),
    on_client(
        "todo-connect",
        "never-connects",
        "import socket\ns = socket.socket()\n# TODO 1: Connect  # <--\ns.sendall(b'x')  # !!\n",
        "BrokenPipeError: [Errno 32] Broken pipe",
    ),
    on_client(
        "todo-send", "client-silent", "import socket\ns = socket.socket()\ns.connect(1)\n# TODO 2: Send  # <--\n"
    ),
    on_client(
        "todo-recv",
        "reply-not-printed",
        "import socket\ns = socket.socket()\ns.connect(1)\ns.sendall(b'')\n# TODO 3: Receive  # <--\n",
        record={"events": events(*REPLIED)},
        finding=REPLY,
    ),
    on_client("todo-left", "never-connects", "import socket\ns = socket.socket()\n# TODO: the rest  # <--\n"),
]


@pytest.mark.parametrize("case", LOADING + TODOS, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)
