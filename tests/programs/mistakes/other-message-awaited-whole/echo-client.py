import socket

HOST = "127.0.0.1"
PORT = 65432
MESSAGE = b"Hello, world! This is my very first client."

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(MESSAGE)
    data = b""
    while len(data) < len(MESSAGE):
        data += s.recv(16)

print("Received", repr(data))
