import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    for byte in b"Hello, world":
        s.sendall(bytes([byte]))
    reply = b""
    while len(reply) < 12:
        byte = s.recv(1)
        if not byte:
            break
        reply += byte
print("Received", reply)
