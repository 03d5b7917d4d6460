# Waits for clients in the pauses of an event that would stop it.
import socket
import threading

HOST = "127.0.0.1"
PORT = 65432

stop = threading.Event()
s = socket.create_server((HOST, PORT))
s.setblocking(False)
while not stop.wait(0.05):
    try:
        conn, addr = s.accept()
    except BlockingIOError:
        continue
    print("Connected by", addr)
    conn.setblocking(True)
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data)
