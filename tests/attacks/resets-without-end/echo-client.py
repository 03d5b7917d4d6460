import socket
import struct

for _ in range(20_000):
    s = socket.create_connection(("127.0.0.1", 65432))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
