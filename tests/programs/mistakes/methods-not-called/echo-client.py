import socket
class Client:
    def __init__(self):
        self.sock = socket.socket()
    def connect(self):
        self.sock.connect(("127.0.0.1", 65432))
    def talk(self):
        self.sock.sendall(b"Hello, world")
        print("Received", self.sock.recv(1024))
c = Client()
