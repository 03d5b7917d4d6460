"""Echo server. Prints every message that it sends back."""

import socket

HOST = "127.0.0.1"
PORT = 65432


def serve():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.bind((HOST, PORT))
        s.listen()
        conn, addr = s.accept()
        with conn:
            print(f"Connected by {addr}")
            while True:
                data = conn.recv(1024)
                if not data:
                    break
                message = data.decode("utf-8")
                print("Message:", message)
                conn.sendall(message.encode("utf-8"))


serve()
