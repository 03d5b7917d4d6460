"""Programs that meet nobody, and addresses that are refused. One record for each entry of the catalogue."""

from __future__ import annotations

import pytest
from diagnosed import CLIENT, SERVER, UDP_ROW, Case, check, client, mark, on_client, on_server, server
from records import GREETING, dial, events, frame, listener

IMPORTED = b"""Traceback (most recent call last):
  File "/home/student/echo-client.py", line 2, in <module>
    import echo_server
  File "/home/student/echo_server.py", line 5, in <module>
    s.bind((HOST, PORT))
OSError: [Errno 98] Address already in use
"""
IMPORTED_CLIENT = b"""Traceback (most recent call last):
  File "/home/student/echo-server.py", line 2, in <module>
    import mine
  File "/home/student/mine.py", line 5, in <module>
    s.connect((HOST, PORT))
ConnectionRefusedError: [Errno 111] Connection refused
"""
ADDRESSES = [
    on_server(
        "both-in-one",
        "never-listens",
        server(
            ("accept()", "accept()" + mark), ("s.listen()", "s.listen()\nk = socket.socket()\nk.connect((HOST, PORT))")
        ),
        record={"dials": (dial("bind"), dial("connect")), "stopped": "stuck"},
    ),
    on_client(
        "both-in-one",
        "never-connects",
        server(("accept()", "accept()" + mark), ("s.listen()", "s.listen()\nsocket.create_connection((HOST, 5000))")),
        record={"dials": (dial("bind"),)},
    ),
    on_client(
        "both-in-one",
        "refusal-hidden",
        server(("accept()", "accept()" + mark), ("s.listen()", "s.listen()\nsocket.create_connection((HOST, PORT))")),
        record={"dials": (dial("bind"), dial("connect"))},
    ),
    on_client(
        "import-runs-program",
        "never-connects",
        "import socket\nfrom my_server import HOST, PORT  # <--\nsocket.create_connection((HOST, PORT))\n",
        files={"my_server.py": SERVER},
        record={
            "stopped": "stuck",
            "dials": (dial("bind"),),
            "stack": (frame(7, "my_server.py"), frame(241, "<frozen importlib>"), frame(2, "echo-client.py")),
        },
    ),
    on_client(
        "import-runs-program",
        "never-connects",
        "import socket\nimport echo_server  # <--\nsocket.create_connection(echo_server.ADDRESS)\n",
        files={"echo_server.py": SERVER},
        record={"exit_code": 1, "dials": (dial("bind"),), "stderr": IMPORTED},
    ),
    on_server(
        "import-runs-program",
        "never-listens",
        server(("import socket", "import socket\nimport mine  # <--")),
        files={"mine.py": CLIENT},
        record={"exit_code": 1, "stderr": IMPORTED_CLIENT},
    ),
    on_server(
        "starts-client",
        "never-listens",
        server(("s.listen()", 's.listen()\nsubprocess.Popen(["python3", "echo-client.py"])' + mark)),
        files={"echo-client.py": CLIENT},
        record={"dials": (dial("bind"),)},
    ),
    on_server(
        "starts-client",
        "server-silent",
        server(("s.listen()", 's.listen()\nOTHER = "talk.py"\nos.system("python3 " + OTHER)' + mark)),
        waits=True,
        files={"talk.py": CLIENT},
        record={"stopped": "stuck", "events": events("connected", ("sent", GREETING))},
    ),
    on_client(
        "starts-server",
        "claims-success",
        client(("s.connect", 'subprocess.Popen(["python3", "echo-server.py"])  # <--\ns.connect')),
        files={"echo-server.py": SERVER},
        record={"stdout": b"Received b'Hello, world'\n"},
    ),
    on_server(
        "same-work-twice",
        "never-listens",
        client(("s.connect((HOST, PORT))", "s.connect((HOST, PORT))" + mark)),
        "ConnectionRefusedError: [Errno 111] Connection refused",
        files={"echo-client.py": CLIENT},
        record={"dials": (dial("connect"),)},
    ),
    on_server(
        "roles-swapped",
        "never-listens",
        client(("s.connect((HOST, PORT))", "s.connect((HOST, PORT))" + mark)),
        "ConnectionRefusedError: [Errno 111] Connection refused",
        record={"dials": (dial("connect"),)},
    ),
    on_client(
        "roles-swapped",
        "never-connects",
        server(("s.bind((HOST, PORT))", "s.bind((HOST, PORT))" + mark)),
        record={"dials": (dial("bind"),)},
    ),
    on_server(
        "udp",
        "never-listens",
        server(("socket.SOCK_STREAM)", "socket.SOCK_DGRAM)" + mark)),
        record={"sockets": (UDP_ROW,)},
    ),
    on_server(
        "unix-socket", "never-listens", server(("socket.AF_INET, socket.SOCK_STREAM)", "socket.AF_UNIX)" + mark))
    ),
    on_server(
        "ipv6",
        "listens-elsewhere",
        server(("socket.AF_INET,", "socket.AF_INET6,"), ("STREAM)", "STREAM)" + mark)),
        finding={"facts": {"host": "::1", "port": 65432}},
        record={"sockets": (listener("::1", protocol="tcp6"),)},
    ),
    on_server(
        "never-accepts",
        "address-not-printed",
        "import socket\ns = socket.socket()\ns.bind(1)\ns.listen()  # <--\ninput()\n",
        record={"stopped": "stuck"},
    ),
    on_server(
        "address-two-arguments",
        "never-listens",
        server(("((HOST, PORT))", "(HOST, PORT)" + mark)),
        "TypeError: _socket.socket.bind() takes exactly one argument (2 given)",
    ),
    on_server(
        "address-two-arguments",
        "never-listens",
        "try:\n    s.bind(1, 2)  # <--\nexcept TypeError as e:\n    print(e)\n",
        record={"stdout": b"socket.bind() takes exactly one argument (2 given)\n"},
    ),
    on_client(
        "address-not-pair",
        "never-connects",
        client(("((HOST, PORT))", "(HOST)" + mark)),
        "TypeError: connect(): AF_INET address must be tuple, not str",
    ),
    on_server(
        "address-swapped",
        "never-listens",
        server(("((HOST, PORT))", "((PORT, HOST))" + mark)),
        "TypeError: str, bytes or bytearray expected, not int",
    ),
    on_server(
        "port-is-text",
        "never-listens",
        server(("s.bind((HOST, PORT))", "s.bind((HOST, '65432'))" + mark)),
        "TypeError: 'str' object cannot be interpreted as an integer",
    ),
    on_server(
        "port-out-of-range",
        "never-listens",
        server(("((HOST, PORT))", "((HOST, 99999))" + mark)),
        "OverflowError: bind(): port must be 0-65535.",
    ),
    on_server(
        "port-privileged",
        "never-listens",
        server(("((HOST, PORT))", "((HOST, 80))" + mark)),
        "PermissionError: [Errno 13] Permission denied",
        record={"dials": (dial("bind", port=80),)},
    ),
    on_client(
        "host-unknown",
        "never-connects",
        client(("((HOST, PORT))", "(('localhsot', PORT))" + mark)),
        "socket.gaierror: [Errno -2] Name or service not known",
    ),
    on_server(
        "address-not-here",
        "never-listens",
        server(("((HOST, PORT))", "(('192.168.1.5', PORT))" + mark)),
        "OSError: [Errno 99] Cannot assign requested address",
        record={"dials": (dial("bind", "192.168.1.5"),)},
    ),
    on_client(
        "client-binds",
        "never-connects",
        client(("s.connect", "s.bind((HOST, PORT))  # <--\ns.connect")),
        "OSError: [Errno 98] Address already in use",
        record={"dials": (dial("bind"), dial("connect"))},
    ),
    on_server(
        "address-in-use",
        "never-listens",
        server(("s.listen()", "t.bind((HOST, PORT))" + mark)),
        "OSError: [Errno 98] Address already in use",
    ),
    on_server(
        "bind-after-listen",
        "never-listens",
        server(("s.bind((HOST, PORT))\ns.listen()", "s.listen()\ns.bind((HOST, PORT))  # <--")),
        "OSError: [Errno 22] Invalid argument",
    ),
    on_server(
        "bind-twice",
        "never-listens",
        server(("s.listen()", "s.bind((HOST, PORT))" + mark)),
        "OSError: [Errno 22] Invalid argument",
    ),
    on_server(
        "bind-twice",
        "never-listens",
        server(
            ("s.listen()", "try:\n    s.bind((HOST, PORT))\nexcept OSError as e:\n    print('Bind:', e)"),
            ("conn, addr", "s.listen()\nconn, addr"),
        ),
        record={"stdout": b"Bind: [Errno 22] Invalid argument\n", "dials": (dial("bind"), dial("bind"))},
    ),
    on_server(
        "bind-swallowed",
        "listens-elsewhere",
        "import socket\ntry:\n    s.bind(1, 2)  # <--\nexcept Exception:\n    pass\ns.listen()\ns.accept()\n",
        finding={"facts": {"host": "0.0.0.0", "port": 40000}},
    ),
    on_server(
        "bind-missing",
        "listens-elsewhere",
        "import socket\ns.listen()  # <--\ns.accept()\n",
        finding={"facts": {"host": "0.0.0.0", "port": 40000}},
    ),
    on_server(
        "port-zero",
        "listens-elsewhere",
        server(("PORT = 65432", "PORT = 0" + mark)),
        finding={"facts": {"host": "127.0.0.1", "port": 40000}},
        record={"dials": (dial("bind", port=0),)},
    ),
    on_client(
        "host-name",
        "connection-failed",
        client(('"127.0.0.1"', '"myhost"' + mark)),
        finding={"facts": {"host": "myhost", "port": 65432}},
        record={"dials": (dial("connect", "myhost"),)},
    ),
    on_server(
        "wrong-port",
        "listens-elsewhere",
        server(("PORT = 65432", "PORT = 65433" + mark)),
        finding={"facts": {"host": "127.0.0.1", "port": 65433}},
        record={"dials": (dial("bind", port=65433),)},
    ),
    on_client(
        "wrong-port",
        "connection-failed",
        client(("PORT = 65432", "PORT = 65433" + mark), ("s.connect((HOST, PORT))", "s.connect((HOST, PORT))  # !!")),
        "ConnectionRefusedError: [Errno 111] Connection refused",
        finding={"facts": {"host": "127.0.0.1", "port": 65433}},
        record={"dials": (dial("connect", port=65433),)},
    ),
    on_client(
        "wrong-host",
        "connects-elsewhere",
        client(('"127.0.0.1"', '"127.0.0.2"' + mark)),
        finding={"facts": {"host": "127.0.0.2", "port": 65432}},
    ),
    on_server(
        "wrong-address",
        "listens-elsewhere",
        server(('"127.0.0.1"', '"127.0.1.1"'), ("PORT = 65432", "PORT = 5000" + mark)),
        finding={"facts": {"host": "127.0.1.1", "port": 5000}},
        record={"dials": (dial("bind", "127.0.1.1", 5000),)},
    ),
    on_server(
        "no-listen-call",
        "never-listens",
        "import socket\ns = socket.socket()\ns.bind((1, 2))  # <--\n",
        record={"dials": (dial("bind"),)},
    ),
    on_client(
        "no-connect-call",
        "never-connects",
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_STREAM)  # <--\n",
    ),
]


@pytest.mark.parametrize("case", ADDRESSES, ids=lambda case: f"{case.role}-{case.entry}")
def test_a_mistake_is_named_and_its_line_shown(case: Case) -> None:
    """Each entry explains the record of its mistake, at the student's own line."""
    check(case)
