import socket

HOST = "127.0.0.1"
PORT = 65432

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    sock.connect((HOST, PORT))
    sock.sendall(b"Hello, world")
    data = sock.recv(1024)
    print("Received " + repr(data))
except ConnectionRefusedError:
    print("Could not connect: is the server running?")
finally:
    sock.close()
