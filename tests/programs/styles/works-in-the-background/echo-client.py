"""Starts its own work as another process and does not wait for it."""

import socket
import subprocess
import sys

HOST = "127.0.0.1"
PORT = 65432


def talk():
    with socket.create_connection((HOST, PORT)) as connection:
        connection.sendall(b"Hello, world")
        print("Received", repr(connection.recv(1024)))


if sys.argv[1:] == ["talk"]:
    talk()
else:
    subprocess.Popen([sys.executable, __file__, "talk"])
