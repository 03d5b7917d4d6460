import itertools
import socket

HOST = "127.0.0.1"
PORT = 65432
COLOURS = itertools.cycle(range(31, 37))


def rainbow(text):
    return "".join(f"\x1b[1;{colour}m{letter}" for colour, letter in zip(COLOURS, text)) + "\x1b[0m"


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    data = s.recv(1024)

print("Received", rainbow(data.decode()))
