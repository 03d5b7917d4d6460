import queue
import socket
import threading

answers = queue.Queue()


def receive(s):
    answers.put(s.recv(1024))


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    receiver = threading.Thread(target=receive, args=(s,))
    receiver.start()
    s.sendall(b"Hello, world")
    receiver.join()

print("Received", repr(answers.get()))
