#!/usr/bin/env python3
import socket

HOST, PORT = "127.0.0.1", 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
    sock.connect((HOST, PORT))
    f = sock.makefile("rwb")
    f.write(b"Hello, world")
    f.flush()
    received = f.read1(1024)

print("Received", repr(received))
