"""Eight behaviours of an echo server and client, for check50.

check50 runs checks that do not depend on each other at the same time. These share one port, so each depends on the one
before it.
"""

import os
import socket
import time

import check50

PYTHON = os.environ.get("STUDENT_PYTHON", "python3")
ADDRESS = ("127.0.0.1", 65432)
SECONDS = 5


def connect():
    """A connection to the server, as soon as it takes one."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection(ADDRESS, timeout=SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise check50.Failure("the server does not listen on 127.0.0.1, port 65432") from None
            time.sleep(0.002)


def receive(connection, size):
    data = b""
    while len(data) < size and (more := connection.recv(size - len(data))):
        data += more
    return data


def echo(message):
    server = check50.run(f"{PYTHON} -u echo-server.py")
    with connect() as connection:
        received = b""
        for start in range(0, len(message), 1024):
            connection.sendall(message[start : start + 1024])
            received += receive(connection, len(message[start : start + 1024]))
    server.kill()
    if received != message:
        raise check50.Mismatch(repr(message[:60]), repr(received[:60]))


def listening():
    listener = socket.create_server(ADDRESS)
    listener.settimeout(SECONDS)
    return listener


def accepted(listener):
    try:
        connection, _ = listener.accept()
    except TimeoutError:
        raise check50.Failure("the client does not connect to 127.0.0.1, port 65432") from None
    connection.settimeout(SECONDS)
    return connection


@check50.check()
def exists():
    """both programs are there"""
    check50.exists("echo-server.py", "echo-client.py")


@check50.check(exists)
def listens():
    """the server listens on 127.0.0.1, port 65432"""
    server = check50.run(f"{PYTHON} -u echo-server.py")
    connect().close()
    server.kill()


@check50.check(listens)
def echoes_text():
    """the server echoes text"""
    echo(b"How do you do?")


@check50.check(echoes_text)
def echoes_bytes():
    """the server echoes any bytes"""
    echo(bytes(range(256)))


@check50.check(echoes_bytes)
def echoes_long():
    """the server echoes a long message"""
    echo(os.urandom(65536))


@check50.check(echoes_long)
def connects():
    """the client connects"""
    with listening() as listener:
        client = check50.run(f"{PYTHON} -u echo-client.py")
        with accepted(listener) as connection:
            connection.sendall(b"Hello, world")
            client.exit()  # it closes first, so that the port is free for the next check


@check50.check(connects)
def sends():
    """the client sends the greeting"""
    with listening() as listener:
        client = check50.run(f"{PYTHON} -u echo-client.py")
        with accepted(listener) as connection:
            received = receive(connection, 12)
            if received != b"Hello, world":
                raise check50.Mismatch("Hello, world", repr(received))
            connection.sendall(b"Hello, world")
            client.exit()


@check50.check(sends)
def prints():
    """the client prints the reply"""
    with listening() as listener:
        client = check50.run(f"{PYTHON} -u echo-client.py")
        with accepted(listener) as connection:
            connection.recv(1024)
            connection.sendall(b"another word")
            client.stdout("another word", regex=False).exit(0)


@check50.check(prints)
def pair():
    """server and client work together"""
    server = check50.run(f"{PYTHON} -u echo-server.py")
    end = time.monotonic() + SECONDS
    while not is_listening():
        if time.monotonic() > end:
            raise check50.Failure("the server does not listen")
        time.sleep(0.002)
    check50.run(f"{PYTHON} -u echo-client.py").stdout("Hello, world", regex=False).exit(0)
    server.exit(0)


def is_listening():
    """Whether the kernel's table has a listener on the port: to connect would use the server up."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(row[1].endswith(":FF98") and row[3] == "0A" for row in rows)
