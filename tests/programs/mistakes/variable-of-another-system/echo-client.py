import os
import socket

HOST = "127.0.0.1"
PORT = 65432
domain = os.getenv("USERDOMAIN")

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((HOST, PORT))
s.sendall(b"Hello, world")
data = s.recv(1024)
s.close()
print(domain.lower() + ": Received", repr(data))
