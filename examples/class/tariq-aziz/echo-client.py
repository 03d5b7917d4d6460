import socket

HOST = "127.0.0.1"
PORT = 65432

# create the socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
# connect
s.connect((HOST, PORT))
# send
s.sendall("Hello, world")
# receive
data = s.recv(1024)
# close
s.close()
# print
print("Received", data)
