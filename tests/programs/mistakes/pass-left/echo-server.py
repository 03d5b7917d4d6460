import socket

HOST = "127.0.0.1"
PORT = 65432


def echo(conn):
    pass


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    print("Connected by", addr)
    echo(conn)
