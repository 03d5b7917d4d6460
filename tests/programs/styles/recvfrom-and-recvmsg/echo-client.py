import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", 65432))
    s.sendmsg([b"Hello, ", b"world"])
    data, ancillary, flags, address = s.recvmsg(1024)
    print("Received", repr(data))
