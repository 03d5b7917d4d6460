#!/usr/bin/env python3
import socketserver

class MyTCPHandler(socketserver.BaseRequestHandler):
    def handle(self):
        print("Connected by", self.client_address)
        while True:
            self.data = self.request.recv(1024)
            if not self.data: break
            self.request.sendall(self.data)

if __name__ == "__main__":
    HOST, PORT = "127.0.0.1", 65432
    with socketserver.TCPServer((HOST, PORT), MyTCPHandler) as server:
        server.serve_forever()
