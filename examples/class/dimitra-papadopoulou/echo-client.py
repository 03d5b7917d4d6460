import socket


class EchoClient:
    def __init__(self, host="127.0.0.1", port=65432):
        self.address = (host, port)

    def ask(self, message):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
            s.connect(self.address)
            s.sendall(message)
            return s.recv(1024)


reply = EchoClient().ask(b"Hello, world")
print("Received", reply)
