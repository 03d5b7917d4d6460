# The C library's own calls, without the socket module.
import ctypes
import os
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
AF_INET, SOCK_STREAM = 2, 1

sock = libc.socket(AF_INET, SOCK_STREAM, 0)
address = struct.pack("=H", AF_INET) + struct.pack(">H", 65432) + bytes([127, 0, 0, 1]) + bytes(8)
if libc.connect(sock, address, 16):
    sys.exit(os.strerror(ctypes.get_errno()))
os.write(sock, b"Hello, world")
print("Received", os.read(sock, 1024))
os.close(sock)
