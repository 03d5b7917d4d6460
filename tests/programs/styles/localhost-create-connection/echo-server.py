import socket

# create_connection tries every address that localhost stands for, ::1 before 127.0.0.1 on many machines.
with socket.create_server(("localhost", 65432)) as s:
    conn, addr = s.accept()
    print("Connected by", addr)
    with conn:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)
