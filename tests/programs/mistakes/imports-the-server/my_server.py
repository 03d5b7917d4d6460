import socket

ADDRESS = ("127.0.0.1", 65432)


def serve():
    listener = socket.create_server(ADDRESS)
    conn, addr = listener.accept()
    print("Connected by", addr)
    while data := conn.recv(1024):
        conn.sendall(data)
    conn.close()


serve()
