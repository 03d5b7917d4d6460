import socket

buffer = bytearray(1024)

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    s.sendall(b"Hello, world")
    count = s.recv_into(buffer, 1024)

print("Received", bytes(buffer[:count]))
