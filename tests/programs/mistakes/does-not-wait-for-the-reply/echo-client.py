import socket
s = socket.socket()
s.connect(("127.0.0.1", 65432))
s.sendall(b"Hello, world")
s.setblocking(False)
try:
    print("Received", s.recv(1024))
except BlockingIOError:
    print("nothing yet")
