import socket

HOST = "127.0.0.1"
PORT = 65432

buffer = bytearray(1024)
with socket.create_connection((HOST, PORT)) as s:
    s.sendall(b"Hello, world")
    count = s.recv_into(buffer)
print("Received", bytes(buffer))
