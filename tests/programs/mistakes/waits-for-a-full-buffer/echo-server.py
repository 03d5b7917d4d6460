import socket

HOST = "127.0.0.1"
PORT = 65432
SIZE = 4096

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    print("Connected by", addr)
    with conn:
        buffer = bytearray()
        while SIZE > len(buffer):
            piece = conn.recv(1024)
            if not piece:
                break
            buffer.extend(piece)
        conn.sendall(buffer)
