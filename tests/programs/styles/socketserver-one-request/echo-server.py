import socketserver


class Echo(socketserver.StreamRequestHandler):
    """rfile.read1 hands over what is there, as recv does."""

    def handle(self):
        print(f"Connected by {self.client_address}")
        for piece in iter(lambda: self.rfile.read1(1024), b""):
            self.wfile.write(piece)


if __name__ == "__main__":
    with socketserver.TCPServer(("127.0.0.1", 65432), Echo) as server:
        server.handle_request()
