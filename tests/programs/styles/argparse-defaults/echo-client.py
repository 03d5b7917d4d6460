#!/usr/bin/env python3
import argparse
import socket

parser = argparse.ArgumentParser(description="Echo client")
parser.add_argument("host", nargs="?", default="127.0.0.1")
parser.add_argument("port", nargs="?", type=int, default=65432)
parser.add_argument("--message", default="Hello, world")
args = parser.parse_args()

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((args.host, args.port))
    s.sendall(args.message.encode("utf-8"))
    data = s.recv(1024)

print("Received", repr(data))
