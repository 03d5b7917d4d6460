import socket

HOST, PORT = "127.0.0.1", 65432

sock = socket.socket()
sock.connect((HOST, PORT))
sock.sendall(b"Hello, world")
received = sock.recv(1024)
sock.close()
print(f"Received {received!r}")
