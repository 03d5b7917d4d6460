import socket

HOST = "127.0.0.1"
PORT = 65432
MESSAGE = b"Hello, world"

with socket.create_connection((HOST, PORT), timeout=10) as s:
    s.sendall(MESSAGE)
    data = s.recv(1024)
    if data != MESSAGE:
        raise ValueError(f"expected {MESSAGE!r}, got {data!r}")
print("The echo is right.")
