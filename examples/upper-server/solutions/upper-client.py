# upper-client.py: sends one line and prints the reply.

import socket

HOST = "127.0.0.1"
PORT = 50007

reply = b""
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"hello, world\n")
    while not reply.endswith(b"\n"):
        data = s.recv(1024)
        if not data:
            break
        reply += data

print(reply.decode().rstrip("\n"))
