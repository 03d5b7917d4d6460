import socket; s = socket.create_connection(('127.0.0.1', 65432)); s.sendall(b'Hello, world'); print('Received', s.recv(1024)); s.close()
