import socket

ADDRESS = ("127.0.0.1", 65432)


def main():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(ADRESS)
    listener.listen()
    conn, addr = listener.accept()
    print("Connected by", addr)
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data)


try:
    main()
except Exception:
    print("Sorry, the server is not available today.")
