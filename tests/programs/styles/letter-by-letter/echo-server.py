# Half of each piece at once, the other half after a pause on another socket with a time-out of its own.
import socket

HOST = "127.0.0.1"
PORT = 65432

other, _unused = socket.socketpair()
other.settimeout(0.02)
with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while data := conn.recv(4096):
            middle = len(data) // 2
            conn.sendall(data[:middle])
            try:
                other.recv(1)
            except TimeoutError:
                conn.sendall(data[middle:])
