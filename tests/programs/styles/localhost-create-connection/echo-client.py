import socket

with socket.create_connection(("localhost", 65432)) as s:
    s.sendall(b"Hello, world")
    print("Received", s.recv(1024))
