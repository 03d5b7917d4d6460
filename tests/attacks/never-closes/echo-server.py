import select
import socket

s = socket.create_server(("127.0.0.1", 65432))
conn, addr = s.accept()
print("Connected by", addr)
while conn.recv(1024):
    pass
select.select([], [], [])
