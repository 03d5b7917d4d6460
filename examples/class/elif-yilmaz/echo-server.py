# -*- coding: iso-8859-9 -*-
# Ödev 3 - Yankı sunucusu (her istemci için bir iş parçacığı)
import socket
import threading

HOST = "127.0.0.1"
PORT = 65432


def istemci(conn, addr):
    print("Connected by", addr)
    with conn:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)


s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((HOST, PORT))
s.listen(5)
while True:
    conn, addr = s.accept()
    t = threading.Thread(target=istemci, args=(conn, addr))
    t.daemon = True
    t.start()
