from socket import *

serverName = '127.0.0.1'
serverPort = 65432
clientSocket = socket(AF_INET, SOCK_STREAM)
clientSocket.connect((serverName, serverPort))
clientSocket.sendall(b'Hello, world')
answer = clientSocket.recv(1024)
print('Received', repr(answer))
clientSocket.close()
