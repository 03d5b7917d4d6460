# A server for XML-RPC runs in a thread beside the echo.
import socket
import threading
from xmlrpc.server import SimpleXMLRPCServer

HOST = "127.0.0.1"
PORT = 65432

remote = SimpleXMLRPCServer((HOST, 8000), logRequests=False)
threading.Thread(target=remote.serve_forever, daemon=True).start()
with socket.create_server((HOST, PORT)) as s:
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        while data := conn.recv(1024):
            conn.sendall(data)
