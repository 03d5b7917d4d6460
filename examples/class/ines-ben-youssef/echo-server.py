import socket

HOST, PORT = "127.0.0.1", 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as serveur:
    serveur.bind((HOST, PORT))
    serveur.listen(1)
    client, adresse = serveur.accept()
    with client:
        print("Connected by", adresse)
        while True:
            octets = client.recv(1024)
            if not octets:
                break
            client.sendall(octets)
