import socketserver
class H(socketserver.BaseRequestHandler):
    def handle(self):
        print("Connected by", self.client_address)
        while data := self.request.recv(1024):
            self.request.sendall(data)
with socketserver.TCPServer(("127.0.0.1", 65432), H()) as s:
    s.serve_forever()
