# Sends one byte and reads one, twelve times.
import socket

HOST = "127.0.0.1"
PORT = 65432

received = b""
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    for byte in b"Hello, world":
        s.send(bytes([byte]))
        received += s.recv(1)

print("Received", received)
