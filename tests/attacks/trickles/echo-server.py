import socket
import time

s = socket.create_server(("127.0.0.1", 65432))
conn, addr = s.accept()
print("Connected by", addr)
while data := conn.recv(1):
    time.sleep(2.5)
    conn.sendall(data)
