import multiprocessing
import socket


def serve(conn, addr):
    print("Connected by", addr, flush=True)
    with conn:
        for data in iter(lambda: conn.recv(1024), b""):
            conn.sendall(data)


def main():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 65432))
        s.listen()
        conn, addr = s.accept()
        worker = multiprocessing.Process(target=serve, args=(conn, addr))
        worker.start()
        conn.close()
        worker.join()


if __name__ == "__main__":
    main()
