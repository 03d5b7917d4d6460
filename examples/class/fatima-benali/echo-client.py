# echo-client.py: sends one greeting to the echo server and prints the reply.
#
# Start it in a second terminal while the server is running:  python3 echo-client.py

import socket

HOST = "127.0.0.1"  # the server's address; leave it as it is
PORT = 65432  # the server's port; leave it as it is

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    # TODO 1: Connect the socket s to the server at (HOST, PORT).
    s.connect((HOST, PORT))

    # TODO 2: Send the twelve bytes b"Hello, world", all of them.
    s.sendall(b"Hello, world")

    # TODO 3: Receive the reply, at most 1024 bytes, and keep it in data instead of b"".
    data = b""

print(f"Received {data!r}")
