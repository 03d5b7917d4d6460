"""Descriptors that are handed to a box or come out of it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence


def memory_file(name: str, data: bytes) -> int:
    """An anonymous file that holds `data`, read from its start; the caller closes it. Raises OSError."""
    descriptor = os.memfd_create(name)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def close_all(descriptors: Iterable[int]) -> None:
    """Close descriptors that nobody wants."""
    for one in descriptors:
        os.close(one)


def as_sockets(descriptors: Sequence[int]) -> list[socket.socket]:
    """Sockets of these descriptors, or OSError; then the descriptors are as they were."""
    made: list[socket.socket] = []
    try:
        for one in descriptors:
            made.append(socket.socket(fileno=one))
    except OSError:
        for sock in made:
            sock.detach()
        raise
    return made
