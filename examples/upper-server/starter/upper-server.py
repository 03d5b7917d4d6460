# upper-server.py: sends back every line in upper case, until the client closes.

import socket

HOST = "127.0.0.1"
PORT = 50007

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    # TODO 1: Make the socket s listen at (HOST, PORT).

    # TODO 2: Accept one client.

    # TODO 3: Send back what it sends, in upper case, until it closes.
    pass  # remove this line when you have written your own
