"""The client for the echo server."""

import socket

HOST = "127.0.0.1"
PORT = 65432


def ask(message):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.connect((HOST, PORT))
        s.sendall(message)
        return s.recv(1024)


def main():
    reply = ask(b"Hello, world")
    print("Received", repr(reply))


if __name__ == "__main__":
    main()
