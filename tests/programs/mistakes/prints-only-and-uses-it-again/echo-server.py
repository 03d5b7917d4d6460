import socket

try:
    with socket.create_server(("127.0.0.1", 65432)) as listener:
        connection, address = listener.accept()
        while True:
            with connection:
                print("Connected by", address)
                while message := connection.recv(1024):
                    print("Message:", message)
except OSError as problem:
    print("Problem:", problem)
