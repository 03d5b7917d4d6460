import socket

with socket.create_server(("localhost", 65432)) as server:
    conn, addr = server.accept()
    server.close()  # only one client
    print(f"Connected by {addr}")
    with conn:
        for chunk in iter(lambda: conn.recv(1024), b""):
            conn.sendall(chunk)
