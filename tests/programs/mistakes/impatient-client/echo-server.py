import socket
import time

HOST = "127.0.0.1"
PORT = 65432

with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        time.sleep(2)
        while data := conn.recv(65536):
            conn.sendall(data)
