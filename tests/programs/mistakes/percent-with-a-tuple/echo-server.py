import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    print("Connected by %s" % addr)
    while True:
        data = conn.recv(1024)
        if not data:
            break
        conn.sendall(data)
