import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    s.sendall(b"Hello, ")
    s.sendall(b"world")
    expected = len(b"Hello, world")
    data = b""
    while len(data) < expected:
        piece = s.recv(1024)
        if not piece:
            break
        data += piece

print("Received", repr(data))
