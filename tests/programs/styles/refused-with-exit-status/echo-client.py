import socket
import sys

s = socket.socket()
error = s.connect_ex(("127.0.0.1", 65432))
if error:
    sys.exit(1)
s.sendall(b"Hello, world")
print("Received", s.recv(1024))
s.close()
