import os
import socket

s = socket.create_server(("127.0.0.1", 65432))
conn, addr = s.accept()
print("Connected by", addr)
conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for _ in range(100_000):
    conn.sendall(os.urandom(300))
