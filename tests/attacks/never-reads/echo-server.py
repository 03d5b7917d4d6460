import signal
import socket

s = socket.create_server(("127.0.0.1", 65432))
conn, addr = s.accept()
print("Connected by", addr)
signal.pause()
