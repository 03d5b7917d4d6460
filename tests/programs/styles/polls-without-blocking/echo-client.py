# Never blocks: asks every 50 ms whether the reply is there.
import socket
import time

HOST = "127.0.0.1"
PORT = 65432

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((HOST, PORT))
s.sendall(b"Hello, world")
s.setblocking(False)
while True:
    try:
        data = s.recv(1024)
        break
    except BlockingIOError:
        time.sleep(0.05)
print("Received", repr(data))
s.close()
