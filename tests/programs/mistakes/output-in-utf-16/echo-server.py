import io
import socket
import sys

HOST = "127.0.0.1"
PORT = 65432
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-16-le", line_buffering=True)

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)
