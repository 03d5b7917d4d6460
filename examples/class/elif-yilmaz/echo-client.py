# -*- coding: iso-8859-9 -*-
# Ödev 3 - istemci: bir selam gönderir, yanıtı yazar
import socket

HOST = "127.0.0.1"
PORT = 65432

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    s.connect((HOST, PORT))
except ConnectionRefusedError as e:
    print("Sunucuya bağlanılamadı:", e)
    raise SystemExit(1)
s.sendall(b"Hello, world")
data = s.recv(1024)
s.close()
print("Received", repr(data))
