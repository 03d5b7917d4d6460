"""Eight behaviours of an echo server and client, checked with pytest and subprocess in the folder of the hand-in."""

import os
import socket
import subprocess
import time

import pytest

PYTHON = os.environ.get("STUDENT_PYTHON", "python3")
ADDRESS = ("127.0.0.1", 65432)
SECONDS = 5


def start(program):
    return subprocess.Popen(
        [PYTHON, "-u", program],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def connect(server):
    """A connection to the server, as soon as it takes one."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection(ADDRESS, timeout=SECONDS)
        except ConnectionRefusedError:
            assert server.poll() is None, "the server ended before it listened"
            assert time.monotonic() < end, "the server does not listen"
            time.sleep(0.002)


def receive(connection, size):
    """`size` bytes, or what there is of them when the other side closes."""
    data = b""
    while len(data) < size and (more := connection.recv(size - len(data))):
        data += more
    return data


def end(process):
    process.kill()
    process.communicate()


@pytest.fixture
def server():
    process = start("echo-server.py")
    yield process
    end(process)


@pytest.fixture
def listener():
    with socket.create_server(ADDRESS) as listening:
        listening.settimeout(SECONDS)
        yield listening


@pytest.fixture
def client(listener):
    process = start("echo-client.py")
    yield process
    end(process)


def echoed(server, message):
    with connect(server) as connection:
        connection.sendall(message)
        return receive(connection, len(message))


def test_listens_on_the_address(server):
    connect(server).close()


def test_echoes_text(server):
    assert echoed(server, b"How do you do?") == b"How do you do?"


def test_echoes_bytes(server):
    message = bytes(range(256))
    assert echoed(server, message) == message


def test_echoes_a_long_message(server):
    message = os.urandom(65536)
    with connect(server) as connection:
        received = b""
        for start in range(0, len(message), 1024):
            connection.sendall(message[start : start + 1024])
            received += receive(connection, 1024)
    assert received == message


def test_client_connects(client, listener):
    with listener.accept()[0] as connection:
        connection.sendall(b"Hello, world")
        client.communicate(timeout=SECONDS)  # it closes first, so that the port is free for the next check


def test_client_sends_the_greeting(client, listener):
    with listener.accept()[0] as connection:
        connection.settimeout(SECONDS)
        assert receive(connection, 12) == b"Hello, world"
        connection.sendall(b"Hello, world")
        client.communicate(timeout=SECONDS)


def test_client_prints_the_reply(client, listener):
    with listener.accept()[0] as connection:
        connection.settimeout(SECONDS)
        connection.recv(1024)
        connection.sendall(b"another word")
        output, _ = client.communicate(timeout=SECONDS)
    assert b"another word" in output
    assert client.returncode == 0


def test_pair_works(server):
    # The server is known to listen by the kernel's table, as a connection would use it up.
    end_at = time.monotonic() + SECONDS
    while not any(line.split()[1].endswith(":FF98") and line.split()[3] == "0A" for line in rows()):
        assert server.poll() is None, "the server ended before it listened"
        assert time.monotonic() < end_at, "the server does not listen"
        time.sleep(0.002)
    client = start("echo-client.py")
    output, _ = client.communicate(timeout=SECONDS)
    assert b"Hello, world" in output
    assert client.returncode == 0
    assert server.wait(timeout=SECONDS) == 0


def rows():
    with open("/proc/net/tcp") as table:
        return table.readlines()[1:]
