import socket

SERVER = ("127.0.0.1", 65432)
CONTROL = ("127.0.0.1", 65431)

data_socket = socket.create_connection(SERVER)
control_socket = socket.create_connection(CONTROL)
data_socket.sendall(b"Hello, world")
print("Received", repr(data_socket.recv(1024)))
