# echo-server.py: sends back whatever the client sends, until the client closes.
#
# Start it first, in a terminal of its own:  python3 echo-server.py

import socket

HOST = "127.0.0.1"  # the address to listen at; leave it as it is
PORT = 65432  # the port to listen on; leave it as it is

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while True:
            data = conn.recv(1024)
            if not data:  # the client has closed
                break
            conn.sendall(data)
