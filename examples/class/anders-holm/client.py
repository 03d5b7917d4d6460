import socket

HOST = "127.0.0.1"
PORT = 65432


def run():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.connect((HOST, PORT))
        s.sendall(b"Hello, world")
        print(f"Received {s.recv(1024)!r}")


run()
