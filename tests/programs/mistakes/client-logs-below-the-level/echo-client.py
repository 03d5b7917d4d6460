import logging
import socket

HOST = "127.0.0.1"
PORT = 65432
log = logging.getLogger("client")

print("Talking to", HOST, PORT)
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    reply = s.recv(1024)
log.debug(f"Received {reply!r}")
print("Done")
