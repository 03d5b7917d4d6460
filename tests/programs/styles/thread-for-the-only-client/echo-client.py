import socket
from concurrent.futures import ThreadPoolExecutor


def talk():
    with socket.create_connection(("127.0.0.1", 65432)) as s:
        s.sendall(b"Hello, world")
        return s.recv(1024)


with ThreadPoolExecutor(max_workers=1) as pool:
    print("Received", pool.submit(talk).result())
