# Starts itself once more without buffering, and only then works.
import os
import sys

if "--again" not in sys.argv:
    os.execv(sys.executable, [sys.executable, "-u", __file__, "--again"])

import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    s.sendall(b"Hello, world")
    print("Received", s.recv(1024))
