import socket

HOST = "127.0.0.1"
PORT = 65432
reply = b""

with socket.create_connection((HOST, PORT)) as s:
    s.sendall(b"Hello, world")
    s.recv(1024)

print("Received", repr(reply))
