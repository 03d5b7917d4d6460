import socket
import struct

s = socket.create_server(("127.0.0.1", 65432))
while True:
    conn, addr = s.accept()
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()
