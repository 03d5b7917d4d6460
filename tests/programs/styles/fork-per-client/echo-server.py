import os
import signal
import socket

HOST = "127.0.0.1"
PORT = 65432

signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects children that have ended

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    while True:
        conn, addr = s.accept()
        if os.fork() == 0:
            s.close()
            print("Connected by", addr, flush=True)
            while True:
                data = conn.recv(1024)
                if not data:
                    break
                conn.sendall(data)
            conn.close()
            os._exit(0)
        conn.close()
