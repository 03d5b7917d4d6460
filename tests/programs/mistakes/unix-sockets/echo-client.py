import socket

s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.connect("/tmp/echo.sock")
s.sendall(b"Hello, world")
print("Received", s.recv(1024))
