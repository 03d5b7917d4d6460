# A thread shows that something is going on while the main program waits.
import socket
import sys
import threading
import time

HOST = "127.0.0.1"
PORT = 65432
done = threading.Event()


def progress():
    while not done.is_set():
        sys.stderr.write(".")
        time.sleep(0.03)


threading.Thread(target=progress, daemon=True).start()
with socket.create_connection((HOST, PORT)) as s:
    s.sendall(b"Hello, world")
    data = s.recv(1024)
done.set()
print("\nReceived", data)
