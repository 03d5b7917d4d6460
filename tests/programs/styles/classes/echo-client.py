import socket


class EchoClient:
    def __init__(self, host, port):
        self.host = host
        self.port = port
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def __enter__(self):
        self.sock.connect((self.host, self.port))
        return self

    def __exit__(self, *exc):
        self.sock.close()

    def ask(self, message: bytes) -> bytes:
        self.sock.sendall(message)
        return self.sock.recv(1024)


with EchoClient("127.0.0.1", 65432) as client:
    print("Received", client.ask(b"Hello, world"))
