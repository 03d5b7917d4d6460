import socket
socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
socket.bind(("127.0.0.1", 65432))
socket.listen()
c, a = socket.accept()
print("Connected by", a)
socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
while d := c.recv(1024): c.sendall(d)
