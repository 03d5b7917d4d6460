import socket

HOST = "127.0.0.1"
PORT = 65432

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect_ex((HOST, PORT))
print("Connected to the server!")
try:
    s.sendall(b"Hello, world")
    print("Received", s.recv(1024))
except OSError:
    pass
s.close()
