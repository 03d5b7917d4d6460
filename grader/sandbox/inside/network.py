"""The network of a box, as its launcher finds it and furnishes it."""

from __future__ import annotations

import os
import socket

FAMILIES = (socket.AF_INET, socket.AF_INET6) if os.path.exists("/proc/net/tcp6") else (socket.AF_INET,)


def family_of(host: str) -> socket.AddressFamily:
    """IPv6 for a literal with colons, else IPv4."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def listener(host: str, port: int) -> socket.socket:
    """A socket that listens inside the box, for a client program to find."""
    made = socket.socket(family_of(host), socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(64)
    made.setblocking(False)
    return made


def add_addresses(hosts: list[str]) -> None:
    """Give the loopback interface further IPv4 addresses (RTM_NEWADDR, rtnetlink(7)).

    For the follow-through of a program written for the address its author's machine has in the local network.
    """
    import struct

    loopback = socket.if_nametoindex("lo")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as route:
        for number, host in enumerate(hosts):
            packed = socket.inet_aton(host)
            attributes = b"".join(struct.pack("=HH4s", 8, kind, packed) for kind in (1, 2))  # IFA_ADDRESS, IFA_LOCAL
            body = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, loopback) + attributes
            flags = 0x1 | 0x4 | 0x400 | 0x100  # request, acknowledge, create, replace
            route.send(struct.pack("=IHHII", 16 + len(body), 20, flags, number, 0) + body)
            answer = route.recv(4096)
            code = struct.unpack_from("=i", answer, 16)[0]  # struct nlmsgerr
            if code:
                raise OSError(-code, f"the address {host} could not be added")


def free(port: int) -> bool:
    """Whether a program could bind `port` on every address, without SO_REUSEADDR."""
    for family in FAMILIES:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                probe.bind(("", port))
            except (OSError, OverflowError):
                return False
    return True
