# echo-client.py: sends one greeting to the echo server and prints the reply.
#
# Start it in a second terminal while the server is running:  python3 echo-client.py

import socket

HOST = "127.0.0.1"  # the server's address; leave it as it is
PORT = 65432  # the server's port; leave it as it is

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    data = s.recv(1024)

print(f"Received {data!r}")
