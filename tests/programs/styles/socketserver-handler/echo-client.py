import socket

with socket.create_connection(("127.0.0.1", 65432)) as sock:
    sock.sendall(b"Hello, world")
    print("Received", repr(sock.recv(1024)))
