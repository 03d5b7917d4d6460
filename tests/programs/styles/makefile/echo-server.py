import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    print("Connected by", addr)
    with conn, conn.makefile("rwb", buffering=0) as stream:
        while True:
            data = stream.read(1024)  # unbuffered: returns what has arrived
            if not data:
                break
            while data:
                written = stream.write(data)
                data = data[written:]
