import socket

with socket.create_connection(("localhost", 65432), timeout=5) as conn:
    conn.sendall(b"Hello, world")
    print(f"Received {conn.recv(1024)}")
