# Reads four bytes at a time, and prints each piece on a line of its own.
import socket

HOST = "127.0.0.1"
PORT = 65432
MESSAGE = b"Hello, world"

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(MESSAGE)
    count = 0
    while count < len(MESSAGE):
        data = s.recv(4)
        count += len(data)
        print("Received", data)
