import socket
import time

HOST = "127.0.0.1"
PORT = 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    print("Connected by", addr)
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data)

open_for_more = True
while open_for_more:
    print("No more clients yet.")
    time.sleep(0.5)
