from settings import ADDRESS, BUFFER, GREETING
from nettools.tcp import connect_to

with connect_to(ADDRESS) as s:
    s.sendall(GREETING)
    print("Received", s.recv(BUFFER))
