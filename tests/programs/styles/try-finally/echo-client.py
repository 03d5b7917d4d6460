import socket
import sys

HOST, PORT = "127.0.0.1", 65432

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    data = s.recv(1024)
    print("Received", repr(data))
except ConnectionRefusedError:
    print("No server is listening at", (HOST, PORT))
finally:
    s.close()
