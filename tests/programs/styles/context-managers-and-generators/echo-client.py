from __future__ import annotations

import dataclasses
import socket


@dataclasses.dataclass(frozen=True)
class Endpoint:
    host: str = "127.0.0.1"
    port: int = 65432

    def ask(self, message: bytes, *, size: int = 1024) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
            s.connect((self.host, self.port))
            s.sendall(message)
            return s.recv(size)


def main() -> int:
    print(f"Received {Endpoint().ask(b'Hello, world')!r}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
