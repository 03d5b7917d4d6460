# Three pieces, and between them a pause in which it waits for something else: a poll of another socket.
import select
import socket

HOST = "127.0.0.1"
PORT = 65432

s = socket.create_connection((HOST, PORT))
other, _unused = socket.socketpair()
pause = select.poll()
pause.register(other, select.POLLIN)
for piece in (b"Hello", b", ", b"world"):
    s.sendall(piece)
    pause.poll(200)
received = b""
while len(received) < 12:
    received += s.recv(1024)
print("Received", received)
s.close()
