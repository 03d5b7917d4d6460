import socket
with socket.socket() as s:
    s.connect(('127.0.0.1', 65432))
    s.sendall(b'Hello, world')
    s.shutdown(socket.SHUT_RDWR)
    data = s.recv(1024)
print('Received', data)
