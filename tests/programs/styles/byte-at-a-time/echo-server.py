import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    print("Connected by", addr)
    with conn:
        while True:
            byte = conn.recv(1)
            if not byte:
                break
            conn.sendall(byte)
