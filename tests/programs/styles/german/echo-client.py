# Every message is in German, that of a refused connection too.
import socket

HOST = "127.0.0.1"
PORT = 65432
NACHRICHT = b"Hello, world"

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    s.connect((HOST, PORT))
except ConnectionRefusedError:
    print(f"Verbindung abgelehnt, {NACHRICHT!r} konnte nicht gesendet werden")
else:
    s.sendall(NACHRICHT)
    print("Erhalten:", s.recv(1024))
s.close()
