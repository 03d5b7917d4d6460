import socket

with socket.create_server(("127.0.0.1", 65432)) as server:
    conn, addr = server.accept()
    with conn:
        print("Connected by", addr)
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)
