# An alarm would end it if nobody came for a minute.
import signal
import socket

HOST = "127.0.0.1"
PORT = 65432


def too_late(number, frame):
    raise TimeoutError("nobody came")


signal.signal(signal.SIGALRM, too_late)
signal.alarm(60)
with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while data := conn.recv(1024):
            signal.alarm(60)
            conn.sendall(data)
signal.alarm(0)
