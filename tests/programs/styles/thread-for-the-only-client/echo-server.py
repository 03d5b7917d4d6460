import socket
import threading


class ClientThread(threading.Thread):
    def __init__(self, conn, addr):
        super().__init__(name="client")
        self.conn = conn
        self.addr = addr

    def run(self):
        print("Connected by", self.addr)
        while True:
            data = self.conn.recv(1024)
            if not data:
                break
            self.conn.sendall(data)
        self.conn.close()


s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("127.0.0.1", 65432))
s.listen(1)
thread = ClientThread(*s.accept())
thread.start()
thread.join()
s.close()
