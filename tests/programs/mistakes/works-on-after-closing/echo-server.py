import socket
import threading
import time


def handle(conn):
    conn.close()
    count = 0
    while True:
        time.sleep(0.002)
        count += 1
        sum(range(count % 1000))


with socket.create_server(("127.0.0.1", 65432)) as s:
    while True:
        conn, addr = s.accept()
        print("Connected by", addr)
        threading.Thread(target=handle, args=(conn,), daemon=True).start()
