import socket

HOST = "127.0.0.1"
PORT = 65432
GREETING = b"Hello, world"

with socket.create_connection((HOST, PORT)) as connection:
    connection.sendall(GREETING)
    reply = connection.recv(1024)
    assert reply == b"Hello, world", "that is no echo"
    print("Received", repr(reply))
