# Takes clients from its own address only.
import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        if addr[0] != HOST:
            raise PermissionError(f"{addr[0]} is not allowed to connect")
        print("Connected by", addr)
        while data := conn.recv(1024):
            conn.sendall(data)
