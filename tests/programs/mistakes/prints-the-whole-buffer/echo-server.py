# echo-server.py: sends back whatever the client sends, until the client closes.

import socket

HOST = "127.0.0.1"  # the loopback interface: only programs on this machine can connect
PORT = 65432  # the port to listen on (ports above 1023 need no privileges)

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print(f"Connected by {addr}")
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)
