import os
import socket

s = socket.create_server(("127.0.0.1", 65432))
while True:
    conn, addr = s.accept()
    print("Connected by", addr)
    for _ in range(30):
        conn.sendall(os.urandom(1 << 20))
