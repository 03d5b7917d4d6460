import socket; s = socket.socket(); s.bind(('127.0.0.1', 65432)); s.listen(); c, a = s.accept(); print('Connected by', a)
[c.sendall(d) for d in iter(lambda: c.recv(1024), b'')]; c.close(); s.close()
