import socket

HOST = "127.0.0.1"
PORT = 65432

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind((HOST, PORT))
server_socket.listen()

connection, client_address = server_socket.accept()
print("Connected by", client_address)

while True:
    data = connection.recv(1024)
    if not data:
        break
    connection.sendall(data)

connection.close()
server_socket.close()
