import socket
import time

HOST = "127.0.0.1"
PORT = 65432

print("**** ECHO SERVER ****")
print("starting up, please wait...")
time.sleep(0.5)   # so the message can be read

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
print("socket created")
s.bind((HOST, PORT))
print("bind ok")
s.listen()
print("listening on", HOST, "port", PORT)

conn, addr = s.accept()
print("Connected by", addr)
count = 0
while True:
    data = conn.recv(1024)
    if not data:
        print("client closed")
        break
    count = count + len(data)
    conn.sendall(data)
print("bytes echoed:", count)
conn.close()
s.close()
