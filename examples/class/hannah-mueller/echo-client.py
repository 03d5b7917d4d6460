"""Echo-Client, Übung 3."""

import argparse

from common import DEFAULT_HOST, DEFAULT_PORT, tcp_socket


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=DEFAULT_HOST)
    parser.add_argument("--port", default=DEFAULT_PORT, type=int)
    return parser.parse_args()


def main():
    args = parse_args()
    with tcp_socket() as s:
        s.connect((args.host, args.port))
        s.sendall(b"Hello, world")
        reply = s.recv(1024)
    print("Received", repr(reply))


if __name__ == "__main__":
    main()
