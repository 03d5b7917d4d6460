import socket

import my_server

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(my_server.ADDRESS)
s.sendall(b"Hello, world")
print("Received", repr(s.recv(1024)))
s.close()
