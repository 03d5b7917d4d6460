# Comes from an address of its own choice.
import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.create_connection((HOST, PORT), source_address=("127.0.0.1", 50123)) as s:
    s.sendall(b"Hello, world")
    print("Received", s.recv(1024))
