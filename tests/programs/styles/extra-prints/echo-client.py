import socket

HOST = "127.0.0.1"
PORT = 65432

print("connecting to", HOST, PORT)
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    print("connected, my own address is", s.getsockname())
    s.sendall(b"Hello, world")
    print("sent", 12, "bytes, waiting ...")
    data = s.recv(1024)
    print("Received", repr(data))
    print("that is", len(data), "bytes")
print("bye")
