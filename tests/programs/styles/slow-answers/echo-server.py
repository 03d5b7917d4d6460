import socket
import time

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        first = True
        while True:
            data = conn.recv(1024)
            if not data:
                break
            if first:
                time.sleep(0.3)
                first = False
            conn.sendall(data)
