import socket

HOST = "127.0.0.1"
PORT = 50007

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"hello, world\n")
    reply = s.recv(1024)

print(reply.decode().rstrip("\n"))
