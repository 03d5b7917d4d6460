"""An echo server for one client."""

import socket

HOST = "127.0.0.1"
PORT = 65432
BUFFER_SIZE = 1024


def echo(connection):
    """Send back what comes in until the other side closes."""
    while True:
        data = connection.recv(BUFFER_SIZE)
        if data == b"":
            return
        connection.sendall(data)


def serve_one_client(host, port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind((host, port))
        listener.listen()
        connection, address = listener.accept()
        print("Connected by", address)
        with connection:
            echo(connection)


def main():
    serve_one_client(HOST, PORT)


if __name__ == "__main__":
    main()
