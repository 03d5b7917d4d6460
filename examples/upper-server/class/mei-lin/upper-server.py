import socket

HOST = "127.0.0.1"
PORT = 50007

with socket.create_server((HOST, PORT)) as server:
    conn, addr = server.accept()
    print("client", addr)
    with conn:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data.upper())
