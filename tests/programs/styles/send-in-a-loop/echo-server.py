import socket


def send_everything(sock, data):
    """send may take only a part of it, so go on with the rest."""
    total = 0
    while total < len(data):
        total += sock.send(data[total:])


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while True:
            data = conn.recv(1024)
            if not data:
                break
            send_everything(conn, data)
