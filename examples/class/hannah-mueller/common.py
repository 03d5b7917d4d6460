"""What both programs need."""

import socket

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 65432


def tcp_socket():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def read_all(conn, size=1024):
    while True:
        piece = conn.recv(size)
        if not piece:
            return
        yield piece
