1 # echo-server.py: sends back whatever the client sends, until the client closes.
2 
3 import socket
4 
5 HOST = "127.0.0.1"  # the loopback interface: only programs on this machine can connect
6 PORT = 65432  # the port to listen on (ports above 1023 need no privileges)
7 
8 with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
9     s.bind((HOST, PORT))
10     s.listen()
11     conn, addr = s.accept()
12     with conn:
13         print(f"Connected by {addr}")
14         while True:
15             data = conn.recv(1024)
16             if not data:
17                 break
18             conn.sendall(data)
