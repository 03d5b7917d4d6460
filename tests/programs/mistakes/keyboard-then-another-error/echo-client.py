import socket

with socket.create_connection(("127.0.0.1", 65432)) as s:
    try:
        text = input("Message: ")
        s.sendall(text.encode())
        print("Received", repr(s.recv(1024)))
    except EOFError:
        sys.exit("nothing to send")
