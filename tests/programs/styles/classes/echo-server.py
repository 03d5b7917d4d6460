import socket


class EchoServer:
    def __init__(self, host, port):
        self.address = (host, port)
        self.listener = None
        self.conn = None

    def start(self):
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.bind(self.address)
        self.listener.listen(1)

    def wait_for_client(self):
        self.conn, addr = self.listener.accept()
        print("Connected by {}".format(addr))

    def run(self):
        self.start()
        self.wait_for_client()
        data = self.conn.recv(1024)
        while data:
            self.conn.sendall(data)
            data = self.conn.recv(1024)
        self.stop()

    def stop(self):
        self.conn.close()
        self.listener.close()


if __name__ == "__main__":
    EchoServer("127.0.0.1", 65432).run()
