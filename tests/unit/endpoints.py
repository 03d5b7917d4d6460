"""A server that speaks as badly as it is told to, for whatever asks an endpoint."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable

GOOD = {"states": True, "quote": "It waits"}
Behaviour = Callable[[socket.socket], None]


class Server:
    """Listens on a port of its own; each connection gets the next behaviour, the last one for ever."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)
        self.requests: list[bytes] = []
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
            threading.Thread(target=self._answer, args=(connection, behaviour), daemon=True).start()

    def _answer(self, connection: socket.socket, behaviour: Behaviour) -> None:
        with connection:
            try:
                self.requests.append(read_request(connection))
                behaviour(connection)
            except OSError:
                pass  # the client has gone

    def close(self) -> None:
        self.stop.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def reply(body: bytes | str, status: str = "200 OK", headers: str = "Content-Type: application/json\r\n") -> Behaviour:
    data = body.encode() if isinstance(body, str) else body

    def send(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(data)}\r\n\r\n".encode() + data)

    return send


def completion(content: object) -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]})


def good(connection: socket.socket) -> None:
    reply(completion(json.dumps(GOOD)))(connection)


def hang(connection: socket.socket) -> None:
    connection.recv(1)  # until the client gives up


def drip(head: bytes) -> Behaviour:
    """Sends `head` at once and then one byte every now and then, for ever."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.settimeout(0.02)
        while True:
            try:
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                connection.sendall(b"x")

    return send


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
