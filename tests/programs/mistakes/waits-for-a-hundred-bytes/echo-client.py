import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    parts, count = [], 0
    while count < 100:
        parts.append(s.recv(1024))
        count += len(parts[-1])
    data = b"".join(parts)

print("Received", repr(data))
