# Another interpreter does the work; its exit status is the program's.
import subprocess
import sys

WORK = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    s.sendall(b"Hello, world")
    print("Received", s.recv(1024))
"""

sys.exit(subprocess.run([sys.executable, "-c", WORK]).returncode)
