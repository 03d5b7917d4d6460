import socket

HOST = "127.0.0.1"
PORT = 65432

data = b""
try:
    with socket.create_connection((HOST, PORT)) as s:
        s.sendall(b"Hello, world")
        data = s.recv(1024)
except OSError:
    pass
print("Received", repr(data))
