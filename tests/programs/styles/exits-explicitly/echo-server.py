import os
import socket
import sys

s = socket.socket()
s.bind(("127.0.0.1", 65432))
s.listen()
conn, addr = s.accept()
print("Connected by", addr)
sys.stdout.flush()
while True:
    data = conn.recv(1024)
    if not data:
        conn.close()
        s.close()
        os._exit(0)
    conn.sendall(data)
