import socket

HOST = "127.0.0.1"
PORT = 65432


def serve(conn):
    while True:
        data = conn.recv(1024)
        if data == b"":
            return
        conn.sendall(data)


with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    print("Connected by", addr)
    with conn:
        serve(conn)

seconds = 0
while True:
    seconds = seconds + 1
