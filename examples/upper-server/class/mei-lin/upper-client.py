import socket

HOST = "127.0.0.1"
PORT = 50007

with socket.create_connection((HOST, PORT)) as s:
    s.sendall(b"hello, world\n")
    line = s.makefile().readline()

print(line.strip())
