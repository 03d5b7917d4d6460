import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    s.sendall("Hello, world".encode())
    reply = s.recv(1024)
print("Received", reply.decode())
