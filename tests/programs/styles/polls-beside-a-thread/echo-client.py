# A thread waits for the reply; the main program looks now and then whether it is done.
import socket
import threading
import time

HOST = "127.0.0.1"
PORT = 65432

received = []
s = socket.create_connection((HOST, PORT))
reader = threading.Thread(target=lambda: received.append(s.recv(1024)))
reader.start()
s.sendall(b"Hello, world")
while reader.is_alive():
    time.sleep(0.02)
print("Received", received[0])
s.close()
