import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    s.setblocking(False)
    try:
        conn, addr = s.accept()
    except BlockingIOError:
        print("No client is there")
    else:
        with conn:
            print("Connected by", addr)
            while data := conn.recv(1024):
                conn.sendall(data)
