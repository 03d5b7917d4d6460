import selectors
import socket

MESSAGE = b"Hello, world"

sel = selectors.DefaultSelector()
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 65432))
sock.setblocking(False)
sel.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
to_send = MESSAGE
reply = None

while reply is None:
    for key, mask in sel.select():
        if mask & selectors.EVENT_READ:
            reply = sock.recv(1024)
        elif to_send:
            to_send = to_send[sock.send(to_send):]
            if not to_send:
                sel.modify(sock, selectors.EVENT_READ)

sel.close()
sock.close()
print("Received", reply)
