import socket

HOST = "127.0.0.1"
PORT = 50007

reply = b""
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"hello, world\n")
    while b"\n" not in reply:
        data = s.recv(1024)
        if not data:
            break
        reply += data

print(reply.decode())
