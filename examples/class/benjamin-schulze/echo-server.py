import socket

HOST = '127.0.0.1'
PORT = 65432
BUFSIZE = 1024


def echo(conn):
    # alles zurueckschicken, bis der Client zumacht
    while True:
        daten = conn.recv(BUFSIZE)
        if len(daten) == 0:
            return
        conn.sendall(daten)


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((HOST, PORT))
    server.listen(1)
    conn, addr = server.accept()
    print('Connected by', addr)
    echo(conn)
    conn.close()
    server.close()


if __name__ == '__main__':
    main()
