# Non-blocking in both directions: what cannot be sent yet stays in a buffer.
import selectors
import socket
import types

HOST = "127.0.0.1"
PORT = 65432

sel = selectors.DefaultSelector()
lsock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
lsock.bind((HOST, PORT))
lsock.listen()
print("Listening on", (HOST, PORT))
lsock.setblocking(False)
sel.register(lsock, selectors.EVENT_READ, data=None)


def accept_wrapper(sock):
    conn, addr = sock.accept()
    print(f"Connected by {addr}")
    conn.setblocking(False)
    data = types.SimpleNamespace(addr=addr, outb=b"", ended=False)
    sel.register(conn, selectors.EVENT_READ, data=data)


def service_connection(key, mask):
    sock, data = key.fileobj, key.data
    if mask & selectors.EVENT_READ:
        received = sock.recv(1024)
        data.outb += received
        data.ended = not received
    if mask & selectors.EVENT_WRITE and data.outb:
        sent = sock.send(data.outb)
        data.outb = data.outb[sent:]
    if data.ended and not data.outb:
        print(f"Closing connection to {data.addr}")
        sel.unregister(sock)
        sock.close()
        return
    events = 0 if data.ended else selectors.EVENT_READ
    if data.outb:
        events |= selectors.EVENT_WRITE
    sel.modify(sock, events, data=data)


try:
    while True:
        for key, mask in sel.select(timeout=None):
            if key.data is None:
                accept_wrapper(key.fileobj)
            else:
                service_connection(key, mask)
except KeyboardInterrupt:
    print("Stopped by the keyboard")
finally:
    sel.close()
