import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    print("Connected by", addr)
    while True:
        data, _ = conn.recvfrom(1024)
        if len(data) == 0:
            break
        conn.sendall(data)
    conn.close()
