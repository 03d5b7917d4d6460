import socket

port = 50007
address = ("127.0.0.1", 50007)

with socket.create_server(address) as listener:
    connection, client = listener.accept()
    with connection:
        print("Connected by", client)
        while data := connection.recv(1024):
            connection.sendall(data)
