# 300 KB of output before anything happens: much, but not without end.
import socket

HOST = "127.0.0.1"
PORT = 65432

for number in range(5000):
    print(f"{number:5} loading the configuration of my echo server ...")
with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while data := conn.recv(1024):
            conn.sendall(data)
