import socket

HOST = "127.0.0.1"
PORT = 65432


def serve(server):
    conn, addr = server.accept()
    print("Connected by", addr)
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data)


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind((HOST, PORT))
    try:
        serve(server)
    except OSError as error:
        print(f"The client could not be served ({error}).")
    finally:
        server.close()


main()
