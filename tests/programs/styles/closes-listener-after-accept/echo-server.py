import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 65432))
listener.listen(0)
conn, addr = listener.accept()
listener.close()  # one client is all we want

print("Connected by", addr)
with conn:
    while True:
        data = conn.recv(1024)
        if not data:
            break
        conn.sendall(data)
