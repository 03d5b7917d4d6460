import socket
import sys


def give_up():
    print("Aufruf: echo-server.py RECHNER PORT")
    sys.exit(3)


def serve(host, port):
    try:
        with socket.create_server((host, port)) as listener:
            connection, address = listener.accept()
    except OSError:
        sys.exit(2)
    with connection:
        print("Verbunden mit", address)
        while piece := connection.recv(1024):
            connection.sendall(piece)


arguments = sys.argv[1:]
if len(arguments) != 2:
    give_up()
serve(arguments[0], int(arguments[1]))
