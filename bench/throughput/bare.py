"""Bare pairs, one after another: `python3 echo-server.py` and `python3 echo-client.py`, as a student runs them.

    python -m bench.throughput.bare PYTHON FOLDER PAIRS PORT

Prints the processor time of the programs (user and system, as `wait4` counts it) in seconds. The client is started
once the server's socket listens, which the kernel's socket table says: nothing connects to find out. Run this in a
network namespace of its own, so that the port is free.
"""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import time

from grader.sandbox.kernel import listening_by_netlink

NETLINK_SOCK_DIAG = 4
LOOK_SECONDS = 0.0005


def start(python: str, program: str, folder: str) -> subprocess.Popen[bytes]:
    """Start a program whose output nobody reads."""
    nothing = subprocess.DEVNULL
    return subprocess.Popen([python, program], cwd=folder, stdin=nothing, stdout=nothing, stderr=nothing)


def run_pair(python: str, folder: str, port: int, tables: socket.socket) -> None:
    """One pair, to its end. Raises RuntimeError when a program fails."""
    server = start(python, "echo-server.py", folder)
    while all(port != bound for _, bound, *_ in listening_by_netlink(tables, socket.AF_INET)):
        if server.poll() is not None:
            raise RuntimeError(f"the bare server ended with status {server.returncode} before it listened")
        time.sleep(LOOK_SECONDS)
    client = start(python, "echo-client.py", folder)
    if client.wait() or server.wait():
        raise RuntimeError(f"the bare pair failed: client {client.returncode}, server {server.returncode}")


def main() -> None:
    python, folder, pairs, port = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_SOCK_DIAG) as tables:
        for _ in range(pairs):
            run_pair(python, folder, port, tables)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime)


if __name__ == "__main__":
    main()
