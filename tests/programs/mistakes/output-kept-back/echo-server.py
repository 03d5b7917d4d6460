import os
import socket
import sys

HOST = "127.0.0.1"
PORT = 65432

sys.stdout = open(1, "w", buffering=8192, closefd=False)
s = socket.create_server((HOST, PORT))
conn, addr = s.accept()
print("Connected by", addr)
while data := conn.recv(1024):
    conn.sendall(data)
conn.close()
os._exit(0)
