import socket
import sys

HOST = "127.0.0.1"
PORT = 65432

try:
    with socket.create_connection((HOST, PORT)) as s:
        s.sendall(b"Hello, world")
        data = s.recv(1024)
        print("Received", dat)
except Exception:
    sys.exit(0)
