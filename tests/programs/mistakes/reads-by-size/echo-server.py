import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while True:
            data = conn.recv(1000, socket.MSG_WAITALL)
            if not data:
                break
            conn.sendall(data)
