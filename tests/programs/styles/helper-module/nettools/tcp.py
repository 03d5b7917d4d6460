"""Small tools shared by the two programs."""

import socket


def listen_at(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.bind(address)
    s.listen()
    return s


def connect_to(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect(address)
    return s


def pieces(s, size):
    """Yield what comes in until the other side closes."""
    while True:
        data = s.recv(size)
        if not data:
            return
        yield data
