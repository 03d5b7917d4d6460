import socket

try:
    s = socket.create_connection(("127.0.0.1", 65432))
except OSError:
    print("❌")
else:
    s.sendall(b"Hello, world")
    print("✅", s.recv(1024))
    s.close()
