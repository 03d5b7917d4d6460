import socket
import sys

s = socket.socket()
s.connect(("127.0.0.1", 65432))
s.sendall(b"Hello, world")
data = s.recv(1024)
print("Received", repr(data))
s.close()
sys.exit()
