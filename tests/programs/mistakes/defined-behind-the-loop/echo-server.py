import socket

listener = socket.create_server(("127.0.0.1", 65432))
while True:
    connection, address = listener.accept()
    print("Connected by", address)
    echo_to(connection)


def echo_to(connection):
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data)
