import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.create_connection((HOST, PORT), timeout=1) as s:
    s.sendall(b"Hello world")
    print("Received", s.recv(1024))
