import selectors
import socket

sel = selectors.DefaultSelector()


def accept(sock):
    conn, addr = sock.accept()
    print("Connected by", addr)
    conn.setblocking(False)
    sel.register(conn, selectors.EVENT_READ, read)


def read(conn):
    data = conn.recv(1024)
    if data:
        conn.setblocking(True)
        conn.sendall(data)
        conn.setblocking(False)
    else:
        sel.unregister(conn)
        conn.close()


listener = socket.socket()
listener.bind(("127.0.0.1", 65432))
listener.listen(100)
listener.setblocking(False)
sel.register(listener, selectors.EVENT_READ, accept)

while True:
    for key, _ in sel.select():
        key.data(key.fileobj)
