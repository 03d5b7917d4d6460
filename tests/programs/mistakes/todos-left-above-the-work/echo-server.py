# echo-server.py: sends back whatever the client sends, until the client closes.
#
# Start it first, in a terminal of its own:  python3 echo-server.py

import socket

HOST = "127.0.0.1"  # the address to listen at; leave it as it is
PORT = 65432  # the port to listen on; leave it as it is

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    # TODO 1: Bind the socket s to the address (HOST, PORT).
    s.bind((HOST, PORT))

    # TODO 2: Let the socket listen for clients.
    s.listen()

    # TODO 3: Accept one client, which gives you its connection and its address. Then
    #           - print "Connected by" and the client's address;
    #           - receive at most 1024 bytes at a time from the connection, and send the same bytes back;
    #           - go on until the client has closed, then let the program end.
    connection, client = s.accept()
    print("Connected by", client)
    with connection:
        while True:
            received = connection.recv(1024)
            if not received:
                break
            print(received)
