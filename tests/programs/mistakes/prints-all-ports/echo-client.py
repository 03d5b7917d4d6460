# echo-client.py: sends one greeting to the echo server and prints the reply.

import socket

HOST = "127.0.0.1"  # where the server runs: this machine
PORT = 65432  # the port that the server listens on

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    data = s.recv(1024)

print(f"Received {data!r}")
