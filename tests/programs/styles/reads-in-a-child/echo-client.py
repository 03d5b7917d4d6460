# The child prints the reply; the parent sends, and asks now and then whether the child has ended.
import os
import socket
import sys
import time

HOST = "127.0.0.1"
PORT = 65432

s = socket.create_connection((HOST, PORT))
child = os.fork()
if child == 0:
    print("Received", s.recv(1024), flush=True)
    os._exit(0)
s.sendall(b"Hello, world")
while os.waitpid(child, os.WNOHANG) == (0, 0):
    time.sleep(0.01)
s.close()
sys.exit(0)
