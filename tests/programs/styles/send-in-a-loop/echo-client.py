import socket

message = b"Hello, world"

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    sent = 0
    while sent < len(message):
        sent += s.send(message[sent:])
    print("Received", s.recv(1024))
