import socket
import threading

HOST = "127.0.0.1"
PORT = 65432


class Receiver:
    def __init__(self, sock):
        self.sock = sock

    def run(self):
        print("Received", repr(self.sock.recv(1024)))


s = socket.create_connection((HOST, PORT))
thread = threading.Thread(target=Receiver(s).run)
thread.daemon = True
thread.start()
s.sendall(b"Hello, world")
