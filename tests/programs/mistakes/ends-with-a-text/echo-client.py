import socket
import sys

HOST = "127.0.0.1"
PORT = 65432


def talk():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.connect((HOST, PORT))
        s.sendall(b"Hello, world")
        data = s.recv(1024)
    return "Received " + repr(data)


sys.exit(talk())
