# Wakes up every 100 ms to look whether there is something to do.
import socket

HOST = "127.0.0.1"
PORT = 65432

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((HOST, PORT))
s.listen()
s.settimeout(0.1)

while True:
    try:
        conn, addr = s.accept()
        break
    except socket.timeout:
        pass

print("Connected by", addr)
conn.settimeout(0.1)
while True:
    try:
        data = conn.recv(1024)
    except socket.timeout:
        continue
    if not data:
        break
    conn.settimeout(None)
    conn.sendall(data)
    conn.settimeout(0.1)
conn.close()
s.close()
