import socket

HOST = "127.0.0.1"
PORT = 65432

s = socket.create_connection((HOST, PORT))
stream = s.makefile("rwb")
stream.write(b"Hello, world")
stream.flush()
for line in stream:
    print("Received", repr(line))
    break
s.close()
