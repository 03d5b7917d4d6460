import os
import socket

s = socket.create_connection(("127.0.0.1", 65432))
for _ in range(100_000):
    s.sendall(os.urandom(300))
