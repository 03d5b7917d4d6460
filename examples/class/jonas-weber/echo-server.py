import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.socket() as s:
    s.bind((HOST, PORT))
    s.listen()
    conn, (ip, port) = s.accept()
    print(f"Connected by {ip}:{port}")
    while True:
        data = conn.recv(4096)
        if not data:
            break
        conn.sendall(data)
    conn.close()
