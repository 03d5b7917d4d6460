import socket

HOST = "127.0.0.1"
PORT = 65432
WORDS = b"Here it is: "

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    print("Connected by", addr)
    with conn:
        while data := conn.recv(1024):
            conn.sendall(WORDS)
            conn.sendall(data)
