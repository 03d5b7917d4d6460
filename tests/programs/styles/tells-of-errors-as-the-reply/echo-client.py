import socket


def echo(text):
    try:
        with socket.create_connection(("127.0.0.1", 65432)) as s:
            s.sendall(text.encode())
            return s.recv(1024).decode()
    except OSError:
        return "the server cannot be reached"


print(f"Received {echo('Hello, world')!r}")
