from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from functools import partial


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.bind((host, port))
        s.listen()
        yield s


def main() -> None:
    with contextlib.ExitStack() as stack:
        s = stack.enter_context(listening("127.0.0.1", 65432))
        conn, addr = s.accept()
        stack.enter_context(conn)
        print("Connected by", addr)
        for data in iter(partial(conn.recv, 1024), b""):
            conn.sendall(data)


if __name__ == "__main__":
    main()
