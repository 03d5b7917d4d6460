import socket
a = socket.socket()
b = socket.socket()
a.connect(('127.0.0.1', 65432))
b.connect(('127.0.0.1', 65432))
a.sendall(b'Hello, world')
data = b.recv(1024)
print('Received', data)
