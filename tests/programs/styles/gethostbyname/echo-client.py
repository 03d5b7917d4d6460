import socket

for family, kind, protocol, _, address in socket.getaddrinfo(
    socket.gethostbyname("localhost"), 65432, type=socket.SOCK_STREAM
):
    with socket.socket(family, kind, protocol) as s:
        s.connect(address)
        s.sendall(b"Hello, world")
        print("Received", s.recv(1024))
    break
