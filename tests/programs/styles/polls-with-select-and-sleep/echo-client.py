# Gives the server a second, and then looks once.
import select
import socket
import time

HOST = "127.0.0.1"
PORT = 65432

s = socket.create_connection((HOST, PORT))
s.sendall(b"Hello, world")
time.sleep(1)
if select.select([s], [], [], 0)[0]:
    print("Received", s.recv(1024))
else:
    print("No answer")
s.close()
