import select
import socket

s = socket.socket()
s.connect(("127.0.0.1", 65432))
s.sendall(b"Hello, world")
poller = select.poll()
poller.register(s, select.POLLIN)
poller.poll()
print("Received", s.recv(1024))
s.close()
