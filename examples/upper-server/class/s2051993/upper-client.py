# upper-client.py: sends one line and prints the reply.

import socket

HOST = "127.0.0.1"
PORT = 50007

reply = b""
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    # TODO 1: Connect the socket s to the server at (HOST, PORT).

    # TODO 2: Send the line b"hello, world\n".

    # TODO 3: Receive into reply until it holds the whole line.
    pass  # remove this line when you have written your own

print(reply.decode().rstrip("\n"))
