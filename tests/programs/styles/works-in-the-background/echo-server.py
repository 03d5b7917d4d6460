"""Gives the shell back at once, as daemons do: the child serves."""

import os
import socket

HOST = "127.0.0.1"
PORT = 65432

if os.fork() > 0:
    os._exit(0)
os.setsid()
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
    listener.bind((HOST, PORT))
    listener.listen()
    connection, address = listener.accept()
    with connection:
        print("Connected by", address, flush=True)
        while True:
            data = connection.recv(1024)
            if not data:
                break
            connection.sendall(data)
