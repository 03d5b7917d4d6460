import socket

HOST = "127.0.0.1"
PORT = 65432

buf = bytearray(1024)
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
	s.connect((HOST, PORT))
	s.sendall(b"Hello, world")
	n = s.recv_into(buf)
print("Received", bytes(buf[:n]))
