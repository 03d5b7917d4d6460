import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    print("Connected by", addr)
    with conn:
        while data := conn.recv(1024):
            if all(32 <= byte < 127 for byte in data):
                conn.sendall(data)
            else:
                print("That is no text.")
