import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    s.sendall(b"Hello, world")
    s.shutdown(socket.SHUT_WR)  # nothing more from here; the server closes when it has answered
    reply = b""
    while True:
        piece = s.recv(1024)
        if not piece:
            break
        reply += piece

print("Received", repr(reply))
