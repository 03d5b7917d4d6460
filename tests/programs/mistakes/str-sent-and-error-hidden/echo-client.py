import socket

HOST = "127.0.0.1"
PORT = 65432

try:
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect((HOST, PORT))
    s.sendall("Hello, world")
    print("Received", s.recv(1024))
except Exception:
    print("Something went wrong")
