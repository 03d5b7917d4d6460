import socket

HOST = "127.0.0.1"
PORT = 65432

probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
if probe.connect_ex((HOST, PORT)) != 0:
    print("There is no server at", HOST, PORT)
    raise SystemExit(1)
probe.close()

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    data = s.recv(1024)

print("Received", repr(data))
