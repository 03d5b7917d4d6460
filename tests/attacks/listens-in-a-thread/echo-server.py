import socket
import threading

s = socket.create_server(("127.0.0.1", 65432))
conn, addr = s.accept()
print("Connected by", addr)
threading.Thread(target=s.accept, daemon=True).start()
s.close()
with conn:
    while data := conn.recv(1024):
        conn.sendall(data)
