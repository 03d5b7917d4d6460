# Starts itself once more in the way in which it was started, as servers do that reload themselves.
import os
import sys

if not os.environ.get("AGAIN"):
    os.environ["AGAIN"] = "1"
    os.execv(sys.executable, sys.orig_argv)

import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while data := conn.recv(1024):
            conn.sendall(data)
