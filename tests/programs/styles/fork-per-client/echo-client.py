import os
import socket
import sys

# The child talks, the parent passes its exit status on.
child = os.fork()
if child == 0:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.connect(("127.0.0.1", 65432))
        s.sendall(b"Hello, world")
        print("Received", s.recv(1024))
    sys.exit(0)

_, status = os.waitpid(child, 0)
sys.exit(os.WEXITSTATUS(status))
