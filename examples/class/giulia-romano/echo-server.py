import selectors
import socket

HOST = "127.0.0.1"
PORT = 65432

sel = selectors.DefaultSelector()
lista = []

def nuova(sock):
	conn, addr = sock.accept()
	print("Connected by", addr)
	lista.append(addr)
	sel.register(conn, selectors.EVENT_READ, leggi)

def leggi(conn):
	data = conn.recv(1024)
	if data:
		conn.sendall(data)
	else:
		sel.unregister(conn)
		conn.close()

s = socket.socket()
s.bind((HOST, PORT))
s.listen()
sel.register(s, selectors.EVENT_READ, nuova)
while True:
	for key, mask in sel.select():
		key.data(key.fileobj)
