import socket
import threading

HOST = "127.0.0.1"
PORT = 65432
lock = threading.Lock()


def echo(conn):
    lock.acquire()
    while True:
        data = conn.recv(1024)
        if not data:
            break
        conn.sendall(data)
    conn.close()


s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((HOST, PORT))
s.listen()
conn, addr = s.accept()
print("Connected by", addr)
thread = threading.Thread(target=echo, args=(conn,))
thread.start()
thread.join()
lock.acquire()
print("done")
