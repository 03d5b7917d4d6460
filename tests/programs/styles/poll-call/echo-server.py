import select
import socket

listener = socket.socket()
listener.bind(("127.0.0.1", 65432))
listener.listen()

poller = select.poll()
poller.register(listener, select.POLLIN)
poller.poll()
conn, addr = listener.accept()
poller.unregister(listener)
print("Connected by", addr)

poller.register(conn, select.POLLIN)
open_ = True
while open_:
    for fd, event in poller.poll():
        data = conn.recv(1024)
        if data:
            conn.sendall(data)
        else:
            open_ = False
conn.close()
listener.close()
