import json
import socket

try:
    with socket.create_connection(("127.0.0.1", 65432)) as s:
        s.sendall(b"Hello, world")
        print(json.dumps({"status": "ok", "received": s.recv(1024).decode()}))
except OSError as e:
    print(json.dumps({"status": "failed", "error": str(e)}))
