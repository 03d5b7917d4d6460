# One letter at a time, each sent back before the next one goes, and as much received as comes.
import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    reply = b""
    for letter in "Hello, world":
        s.sendall(letter.encode())
        reply += s.recv(1024)

print("Received", repr(reply))
