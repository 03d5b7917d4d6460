# connect_ex returns a number instead of raising; the program prints it, and goes by it.
import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    code = s.connect_ex((HOST, PORT))
    print(code)
    if code == 0:
        s.sendall(b"Hello, world")
        print("Received", s.recv(1024))
