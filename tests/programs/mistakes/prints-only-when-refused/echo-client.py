import socket
s = socket.socket()
try:
    s.connect(('127.0.0.1', 65432))
    s.sendall(b'Hello, world')
    data = s.recv(1024)
except ConnectionRefusedError as e:
    print('refused', e)
    print('Received', repr(data))
finally:
    s.close()
