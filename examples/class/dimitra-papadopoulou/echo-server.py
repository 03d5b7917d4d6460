import socket


class EchoServer:
    """Serves one client after the other. Stop it with Ctrl-C."""

    def __init__(self, host="127.0.0.1", port=65432):
        self.host = host
        self.port = port

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
            s.bind((self.host, self.port))
            s.listen()
            print("Waiting for clients on port", self.port)
            while True:
                self.serve(*s.accept())

    def serve(self, conn, addr):
        print("Connected by", addr)
        with conn:
            while True:
                data = conn.recv(1024)
                if data == b"":
                    break
                conn.sendall(data)
        print("Client left, waiting for the next one")


EchoServer().run()
