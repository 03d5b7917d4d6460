import socket
s = socket.create_connection(("127.0.0.1", 65432))
s.sendall(b"Hello, world")
data = s.recv(1024)
if data == b"Hello, world":
    print("Received", data)
else:
    print("unexpected answer")
