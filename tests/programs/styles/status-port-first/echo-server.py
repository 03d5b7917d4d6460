# The status is served at once; the echo only when the server has warmed up.
import socket
import threading
import time

HOST = "127.0.0.1"
PORT = 65432

status = socket.create_server((HOST, 8080))


def report():
    while True:
        conn, _ = status.accept()
        conn.sendall(b"up\n")
        conn.close()


threading.Thread(target=report, daemon=True).start()
time.sleep(0.3)
s = socket.create_server((HOST, PORT))
conn, addr = s.accept()
print("Connected by", addr)
with conn:
    while data := conn.recv(1024):
        conn.sendall(data)
