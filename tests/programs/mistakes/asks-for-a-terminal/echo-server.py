import os, socket
width = os.get_terminal_size().columns
print("=" * width)
s = socket.socket()
s.bind(("127.0.0.1", 65432))
s.listen()
conn, addr = s.accept()
print("Connected by", addr)
while data := conn.recv(1024):
    conn.sendall(data)
