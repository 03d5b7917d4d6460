import socket
import time

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    time.sleep(0.2)
    s.sendall(b"Hello, world")
    time.sleep(0.2)
    data = s.recv(1024)

print("Received", repr(data))
