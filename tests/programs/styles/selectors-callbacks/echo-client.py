import selectors
import socket

sel = selectors.DefaultSelector()
sock = socket.socket()
sock.connect(("127.0.0.1", 65432))
sock.setblocking(False)
sel.register(sock, selectors.EVENT_READ)
sock.sendall(b"Hello, world")
sel.select()
print("Received", repr(sock.recv(1024)))
sel.unregister(sock)
sock.close()
