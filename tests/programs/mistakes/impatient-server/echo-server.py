import socket

HOST = "127.0.0.1"
PORT = 65432

with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        conn.settimeout(0.5)
        while True:
            try:
                data = conn.recv(1024)
            except TimeoutError:
                print("The client has timed out")
                break
            if not data:
                break
            conn.sendall(data)
