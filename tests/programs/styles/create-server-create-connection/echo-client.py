import socket

with socket.create_connection(("127.0.0.1", 65432), timeout=10) as s:
    s.sendall(b"Hello, world")
    data = s.recv(1024)
print("Received", repr(data))
