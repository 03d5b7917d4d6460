"""Echo-Server, Übung 3."""

import argparse

from common import DEFAULT_HOST, DEFAULT_PORT, read_all, tcp_socket


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=DEFAULT_HOST)
    parser.add_argument("--port", default=DEFAULT_PORT, type=int)
    return parser.parse_args()


def main():
    args = parse_args()
    with tcp_socket() as listener:
        listener.bind((args.host, args.port))
        listener.listen()
        conn, addr = listener.accept()
        with conn:
            print("Connected by", addr)
            for piece in read_all(conn):
                conn.sendall(piece)


if __name__ == "__main__":
    main()
