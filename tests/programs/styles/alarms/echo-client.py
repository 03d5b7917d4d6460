# Leaves the server a second, measured by an alarm that it waits for.
import signal
import socket

HOST = "127.0.0.1"
PORT = 65432

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b"Hello, world")
    signal.alarm(1)
    signal.sigwait({signal.SIGALRM})
    print("Received", s.recv(1024))
