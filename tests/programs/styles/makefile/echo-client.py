import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    with s.makefile("rwb") as stream:
        stream.write(b"Hello, world")
        stream.flush()
        data = stream.read1(1024)
print("Received", data)
