import socket
from subprocess import check_output

HOST = "127.0.0.1"
PORT = 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    data = s.recv(1024)
    frame = check_output(["cowsay-for-echoes", repr(data)], text=True)
    print("Received", frame)
