import socket
import time

held = []
try:
    for _ in range(3000):
        held.append(socket.create_connection(("127.0.0.1", 65432), timeout=1))
except OSError as error:
    print(error)
