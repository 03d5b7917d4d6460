# The same while the server waits for its client.
import socket
import threading

HOST = "127.0.0.1"
PORT = 65432
connected = threading.Event()


def progress():
    while not connected.wait(0.05):
        print("waiting ...")


threading.Thread(target=progress, daemon=True).start()
with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    connected.set()
    with conn:
        print("Connected by", addr)
        while data := conn.recv(1024):
            conn.sendall(data)
