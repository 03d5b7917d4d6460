# Prints the reply, and insists that it is the message.
import socket

HOST = "127.0.0.1"
PORT = 65432
MESSAGE = b"Hello, world"

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(MESSAGE)
    data = s.recv(1024)
    print("Received", data)
    assert data == MESSAGE, "not an echo"
