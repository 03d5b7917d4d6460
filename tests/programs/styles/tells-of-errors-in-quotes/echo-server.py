import json
import socket


def log(event, **more):
    print(json.dumps({"event": event, **more}))


with socket.create_server(("127.0.0.1", 65432)) as s:
    log("listening", at=s.getsockname())
    conn, addr = s.accept()
    log("connected", client=addr)
    n = 0
    with conn:
        while data := conn.recv(1024):
            n += len(data)
            conn.sendall(data)
    log("closed", bytes=n)
