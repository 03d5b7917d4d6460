# A process that is started anew does the work and hands the reply back.
import multiprocessing
import socket
import sys

HOST = "127.0.0.1"
PORT = 65432


def work(queue):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.connect((HOST, PORT))
        s.sendall(b"Hello, world")
        queue.put(s.recv(1024))


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    worker = context.Process(target=work, args=(queue,))
    worker.start()
    worker.join()
    if worker.exitcode:
        sys.exit(worker.exitcode)
    print("Received", queue.get())
