import socket


class Server:
    def __init__(self, host, port):
        self.address = (host, port)

    def serve():
        with socket.create_server(self.address) as s:
            conn, addr = s.accept()
            print("Connected by", addr)
            self.echo(conn)

    def echo(self, conn):
        while data := conn.recv(1024):
            conn.sendall(data)
        conn.close()


Server("127.0.0.1", 65432).serve()
