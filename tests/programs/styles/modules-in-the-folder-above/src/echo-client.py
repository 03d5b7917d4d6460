import socket
import sys

sys.path.append("..")

from settings import HOST, PORT

with open("../greeting.txt") as file:
    greeting = file.read().strip()

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(greeting.encode())
    data = s.recv(1024)

print("Received", repr(data))
