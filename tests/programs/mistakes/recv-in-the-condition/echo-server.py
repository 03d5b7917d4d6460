import socket
with socket.socket() as s:
    s.bind(('127.0.0.1', 65432))
    s.listen()
    conn, addr = s.accept()
    print('Connected by', addr)
    with conn:
        while conn.recv(1024):
            data = conn.recv(1024)
            conn.sendall(data)
