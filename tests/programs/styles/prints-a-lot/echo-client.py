# The same of the client.
import socket

HOST = "127.0.0.1"
PORT = 65432

for number in range(5000):
    print(f"{number:5} loading the configuration of my echo client ...")
with socket.create_connection((HOST, PORT)) as s:
    s.sendall(b"Hello, world")
    print("Received", s.recv(1024))
