# Tells what it could not send, in words of its own.
import socket

HOST = "127.0.0.1"
PORT = 65432
MESSAGE = "Hello, world"

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    s.connect((HOST, PORT))
    s.sendall(MESSAGE.encode())
    print("Received", s.recv(1024))
except OSError:
    print("Server is down, dropping message:", MESSAGE)
s.close()
