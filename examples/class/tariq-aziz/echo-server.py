import socket

HOST = "127.0.0.1"
PORT = 65432

# create the socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
# bind the socket
s.bind((HOST, PORT))
# listen
s.listen()
# accept
conn, addr = s.accept()
# print the address
print("Connected by", addr)
# loop
while True:
    # receive
    data = conn.recv(1024)
    # stop when nothing came
    if not data:
        break
    # send back
    conn.sendall(data)
# close
conn.close()
s.close()
