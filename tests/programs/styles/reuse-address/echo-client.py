import socket

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
s.connect(("127.0.0.1", 65432))
s.sendall(b"Hello, world")
data = s.recv(1024)
s.shutdown(socket.SHUT_RDWR)
s.close()
print("Received", repr(data))
