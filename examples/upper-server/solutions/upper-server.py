# upper-server.py: sends back every line in upper case, until the client closes.

import socket

HOST = "127.0.0.1"
PORT = 50007

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    with conn, conn.makefile("rb") as lines:
        for line in lines:
            conn.sendall(line.upper())
