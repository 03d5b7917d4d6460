import socket
import threading


def echo(conn, addr):
    print("Connected by", addr)
    with conn:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    while True:
        conn, addr = s.accept()
        threading.Thread(target=echo, args=(conn, addr), daemon=True).start()
