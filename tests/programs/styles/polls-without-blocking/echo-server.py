# Never blocks, and serves on: asks again and again for clients, and for what they say.
import socket
import time

HOST = "127.0.0.1"
PORT = 65432

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((HOST, PORT))
s.listen()
s.setblocking(False)
while True:
    try:
        conn, addr = s.accept()
    except BlockingIOError:
        time.sleep(0.05)
        continue
    print("Connected by", addr)
    conn.setblocking(False)
    while True:
        try:
            data = conn.recv(1024)
        except BlockingIOError:
            time.sleep(0.005)
            continue
        if not data:
            break
        while data:
            try:
                data = data[conn.send(data) :]
            except BlockingIOError:
                time.sleep(0.005)
    conn.close()
