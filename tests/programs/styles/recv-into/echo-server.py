import socket

buffer = bytearray(1024)
view = memoryview(buffer)

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while True:
            count = conn.recv_into(buffer)
            if count == 0:
                break
            conn.sendall(view[:count])
