import socket

HOST = '127.0.0.1'
PORT = 65432


def main():
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect((HOST, PORT))
    client.sendall('Hello, world'.encode('ascii'))
    antwort = client.recv(1024)
    client.close()
    print('Received', repr(antwort))


if __name__ == '__main__':
    main()
