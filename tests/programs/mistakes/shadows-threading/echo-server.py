import socket
import threading

HOST = "127.0.0.1"
PORT = 65432


def talk(conn, addr):
    print("Connected by", addr)
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data)


print("Starting")
with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    thread = threading.Thread(target=talk, args=(conn, addr))
    thread.start()
    thread.join()
