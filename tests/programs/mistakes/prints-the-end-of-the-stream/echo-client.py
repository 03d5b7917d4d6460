import socket
s = socket.socket()
s.connect(('127.0.0.1', 65432))
s.sendall(b'Hello, world')
s.shutdown(socket.SHUT_WR)
while True:
    data = s.recv(1024)
    if not data:
        break
print('Received', data)
