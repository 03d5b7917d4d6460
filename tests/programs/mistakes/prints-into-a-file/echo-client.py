import socket

HOST = "127.0.0.1"
PORT = 65432
record = open("conversation.txt", "a")

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((HOST, PORT))
print(f"Connected to {HOST}:{PORT}")
s.sendall(b"Hello, world")
answer = s.recv(1024).decode()
s.close()
print(f"Received {answer!r}", file=record, flush=True)
