import contextlib
import io
import socket

HOST = "127.0.0.1"
PORT = 65432
notes = io.StringIO()

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    print("Waiting for a client")
    conn, (host, port) = s.accept()
    with conn, contextlib.redirect_stdout(notes):
        print(f"Connected by {host}, port {port}")
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)
print("Done")
