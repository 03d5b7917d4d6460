import socket

s = socket.create_connection(("127.0.0.1", 65432))
s.sendall(b"<iframe src=//evil.example></iframe>\"'><svg/onload=alert(1)>")
print("Received <b>bold</b> & <a href='javascript:alert(1)'>x</a>")
