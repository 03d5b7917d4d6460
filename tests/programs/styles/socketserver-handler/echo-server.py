import socketserver


class EchoHandler(socketserver.BaseRequestHandler):
    def handle(self):
        print("Connected by", self.client_address)
        while True:
            data = self.request.recv(1024)
            if not data:
                break
            self.request.sendall(data)


with socketserver.TCPServer(("127.0.0.1", 65432), EchoHandler) as server:
    server.serve_forever()
