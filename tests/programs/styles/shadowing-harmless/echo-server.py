import socket
import random_numbers as random

with socket.socket() as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr, "lucky number", random.lucky())
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)
