from settings import ADDRESS, BUFFER
from nettools.tcp import listen_at, pieces

with listen_at(ADDRESS) as s:
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        for piece in pieces(conn, BUFFER):
            conn.sendall(piece)
