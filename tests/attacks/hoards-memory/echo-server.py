hoard = []
for _ in range(160):  # twice the limit
    hoard.append(bytearray(b"x") * (2 << 20))
