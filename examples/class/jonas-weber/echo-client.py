import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.socket() as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    print("Received", s.recv(4096).decode())
