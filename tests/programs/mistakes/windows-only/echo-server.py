import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
s.bind(("127.0.0.1", 65432))
s.listen()
conn, addr = s.accept()
print("Connected by", addr)
while data := conn.recv(1024):
    conn.sendall(data)
conn.close()
