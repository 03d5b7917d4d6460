import socket
import threading
import time

HOST = "127.0.0.1"
PORT = 65432

s = socket.create_connection((HOST, PORT))
s.sendall(b"Hello, world")
threading.Timer(0.3, s.sendall, (b"?",)).start()
print("Received", s.recv(1024))
time.sleep(0.6)
s.close()
