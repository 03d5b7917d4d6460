import socketserver


class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())


with socketserver.TCPServer(("127.0.0.1", 50007), Upper) as server:
    server.serve_forever()
