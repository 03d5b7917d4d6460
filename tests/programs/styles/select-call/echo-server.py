import select
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 65432))
listener.listen(5)
watched = [listener]

while watched:
    readable, _, _ = select.select(watched, [], [])
    for s in readable:
        if s is listener:
            conn, addr = s.accept()
            print("Connected by", addr)
            watched.append(conn)
        else:
            data = s.recv(1024)
            if data:
                s.sendall(data)
            else:
                watched.remove(s)
                s.close()
