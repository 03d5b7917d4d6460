import socketserver

ADDRESS = ("127.0.0.1", 65432)


class Handler(socketserver.BaseRequestHandler):
    def setup(self):
        print("Connected by", self.client_address, flush=True)

    def handle(self):
        while chunk := self.request.recv(1024):
            self.request.sendall(chunk)

    def finish(self):
        print("Closed", self.client_address, flush=True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    with Server(ADDRESS, Handler) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("bye")
