import socket
import sys

HOST, PORT = "127.0.0.1", 65432

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    server.bind((HOST, PORT))
    server.listen()
except OSError as error:
    print("cannot listen:", error, file=sys.stderr)
    sys.exit(1)

try:
    conn, addr = server.accept()
    print("Connected by", addr)
    try:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)
    except ConnectionError:
        print("the client has gone")
    finally:
        conn.close()
finally:
    server.close()
