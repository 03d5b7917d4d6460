import os
import socket

HOST = "127.0.0.1"
PORT = 65432
CLIENT = "echo-client.py"

listener = socket.create_server((HOST, PORT))
os.system(f"python3 {CLIENT} &")
conn, addr = listener.accept()
print("Connected by", addr)
while True:
    data = conn.recv(1024)
    if not data:
        break
    conn.sendall(data)
conn.close()
listener.close()
