import socket

PORT = {{port}}
NAME = "{{abstract}}"

for host in ("127.0.0.1", "localhost", "10.0.2.2", "172.17.0.1", "192.168.0.1", "169.254.169.254", "8.8.8.8", "::1"):
    try:
        with socket.create_connection((host, PORT), timeout=0.2) as s:
            print("FO" + "UND", host, s.recv(100))
    except OSError:
        pass
with socket.socket(socket.AF_UNIX) as s:
    if s.connect_ex("\0" + NAME) == 0:
        print("FO" + "UND", s.recv(100))
for family, kind in ((socket.AF_INET, socket.SOCK_RAW), (17, socket.SOCK_RAW), (16, socket.SOCK_RAW), (40, 1)):
    try:
        s = socket.socket(family, kind, 1 if family == 2 else 0)
        if family != 16:
            print("FO" + "UND", "a raw socket", family)
    except OSError:
        pass
