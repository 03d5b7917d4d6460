import socket


def run_server(host="127.0.0.1", port=65432):
    with socket.create_server((host, port)) as listener:
        connection, address = listener.accept()
        with connection:
            print("Connected by", address)
            while data := connection.recv(1024):
                connection.sendall(data)


def test_run_server():
    run_server(port=0)


# test_run_server needs a client of its own
# run_server()
