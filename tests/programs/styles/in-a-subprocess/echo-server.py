# The same for the server.
import subprocess
import sys

WORK = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr, flush=True)
        while data := conn.recv(1024):
            conn.sendall(data)
"""

sys.exit(subprocess.run([sys.executable, "-c", WORK]).returncode)
