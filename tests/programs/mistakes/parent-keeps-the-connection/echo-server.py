import multiprocessing
import socket


def echo(connection):
    while data := connection.recv(1024):
        connection.sendall(data)
    connection.close()


def main():
    listener = socket.create_server(("127.0.0.1", 65432))
    workers = []
    while len(workers) < 2:
        connection, address = listener.accept()
        print("Connected by", address, flush=True)
        workers.append(multiprocessing.Process(target=echo, args=(connection,)))
        workers[-1].start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
