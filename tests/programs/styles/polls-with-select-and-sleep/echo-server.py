# Select without a wait, and a short sleep between: serves on, and is found in the sleep.
import select
import socket
import time

HOST = "127.0.0.1"
PORT = 65432

server = socket.create_server((HOST, PORT))
server.setblocking(False)
sockets = [server]
while True:
    ready, _, _ = select.select(sockets, [], [], 0)
    for sock in ready:
        if sock is server:
            conn, addr = server.accept()
            print("Connected by", addr)
            sockets.append(conn)
        else:
            data = sock.recv(1024)
            if data:
                sock.sendall(data)
            else:
                sockets.remove(sock)
                sock.close()
    time.sleep(0.01)
