import socket

HOST = "127.0.0.1"
PORT = 65432

while True:
    try:
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        s.connect((HOST, PORT))
        break
    except ConnectionRefusedError:
        s.close()

s.sendall(b"Hello, world")
print("Received", repr(s.recv(1024)))
s.close()
