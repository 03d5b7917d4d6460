import socket
from threading import Thread


def echo():
    with socket.create_server(("127.0.0.1", 65432)) as listener:
        connection, address = listener.accept()
        with connection:
            print("Connected by", address, flush=True)
            while data := connection.recv(1024):
                connection.sendall(data)


worker = Thread(target=echo)
worker.daemon = True
worker.start()
try:
    input("Enter stops the server")
except KeyboardInterrupt:
    pass
