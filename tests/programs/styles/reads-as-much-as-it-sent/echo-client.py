import socket

MESSAGE = b"Hello, world"


def receive_exactly(sock, count):
    data = bytearray()
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise ConnectionError("the server closed too early")
        data += piece
    return bytes(data)


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    s.sendall(MESSAGE)
    print("Received", receive_exactly(s, len(MESSAGE)))
