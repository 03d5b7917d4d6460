import socket

HOST = "127.0.0.1"
PORT = 65432

print("**** ECHO CLIENT ****")
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((HOST, PORT))
print("connected to", HOST)
s.sendall(b"Hello, world")
s.shutdown(socket.SHUT_WR)   # tell the server that this was all
data = b""
while True:
    part = s.recv(1024)
    if not part:
        break
    data = data + part
s.close()
print("Received", repr(data))
