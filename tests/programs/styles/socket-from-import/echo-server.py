from socket import *

serverPort = 65432
serverSocket = socket(AF_INET, SOCK_STREAM)
serverSocket.bind(('127.0.0.1', serverPort))
serverSocket.listen(1)
print('The server is ready to receive')
connectionSocket, addr = serverSocket.accept()
print('Connected by', addr)
while True:
    sentence = connectionSocket.recv(1024)
    if not sentence:
        break
    connectionSocket.sendall(sentence)
connectionSocket.close()
serverSocket.close()
