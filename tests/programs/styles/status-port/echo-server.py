# A second socket tells whoever asks that the server is up.
import socket
import threading

HOST = "127.0.0.1"
PORT = 65432

status = socket.create_server((HOST, 8080))


def report():
    while True:
        conn, _ = status.accept()
        conn.sendall(b"up\n")
        conn.close()


s = socket.create_server((HOST, PORT))
threading.Thread(target=report, daemon=True).start()
conn, addr = s.accept()
print("Connected by", addr)
with conn:
    while data := conn.recv(1024):
        conn.sendall(data)
