import socket

HOST = "127.0.0.1"
PORT = 65432

print(f"Warte auf Verbindungen an {HOST}:{PORT}")
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind((HOST, PORT))
    s.listen()
    verbindung, adresse = s.accept()
    with verbindung:
        print("Verbunden mit", adresse)
        while daten := verbindung.recv(1024):
            verbindung.sendall(daten)
print("Fertig")
