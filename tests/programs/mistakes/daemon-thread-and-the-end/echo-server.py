import socket
import threading

HOST = "127.0.0.1"
PORT = 65432


def echo(conn):
    while data := conn.recv(1024):
        conn.sendall(data)


s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((HOST, PORT))
s.listen()
conn, addr = s.accept()
print("Connected by", addr)
threading.Thread(target=echo, args=(conn,), daemon=True).start()
