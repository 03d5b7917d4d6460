import os
import socket

HOST, PORT = "127.0.0.1", 65432
WELCOME = f"Echo server of {os.getlogin()}"


def main():
    print(WELCOME)
    with socket.create_server((HOST, PORT)) as listener:
        conn, addr = listener.accept()
        with conn:
            print("Connected by", addr)
            while data := conn.recv(1024):
                conn.sendall(data)


main()
