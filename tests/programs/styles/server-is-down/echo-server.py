# Names its own port in the line about the client, and only the client's host.
import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        print(f"Client {addr[0]} has connected to port {PORT}")
        while data := conn.recv(1024):
            conn.sendall(data)
