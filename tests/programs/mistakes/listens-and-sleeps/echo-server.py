import socket
import time

HOST = "127.0.0.1"
PORT = 65432

s = socket.create_server((HOST, PORT))
print("Listening")
time.sleep(0.4)
