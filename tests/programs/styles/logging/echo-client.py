import logging
import socket
import sys

logging.basicConfig(level=logging.DEBUG)

try:
    s = socket.create_connection(("127.0.0.1", 65432))
except OSError:
    logging.exception("no connection")
    sys.exit(2)
with s:
    s.sendall(b"Hello, world")
    print("Received", s.recv(1024))
logging.debug("done")
