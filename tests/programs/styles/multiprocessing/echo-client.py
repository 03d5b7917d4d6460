import socket


def main():
    with socket.socket() as s:
        s.connect(("127.0.0.1", 65432))
        s.sendall(b"Hello, world")
        print("Received", s.recv(1024))


if __name__ == "__main__":
    main()
