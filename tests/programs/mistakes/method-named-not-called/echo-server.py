import socket
class Server:
    def run(self):
        s = socket.create_server(("127.0.0.1", 65432))
        c, a = s.accept()
        print("Connected by", a)
        while d := c.recv(1024): c.sendall(d)
if __name__ == "__main__":
    server = Server()
    server.run
