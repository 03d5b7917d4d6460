import socket

HOST = "127.0.0.1"
PORT = 65432

s = socket.create_connection((HOST, PORT))
for _ in range(2):
    s.sendall(b"Hello, world")
    print("Received", s.recv(1024))
s.close()
