import socket
import sys

with socket.socket() as s:
    s.connect(("127.0.0.1", 65432))
    s.sendall(b"Hello, world")
    sys.stdout.buffer.write(b"Received " + s.recv(1024))
