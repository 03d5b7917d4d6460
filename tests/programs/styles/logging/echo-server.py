import logging
import socket

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
log = logging.getLogger("echo")

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.bind(("127.0.0.1", 65432))
    s.listen()
    log.info("listening on %s", s.getsockname())
    conn, addr = s.accept()
    with conn:
        print("Connected by", addr)
        log.info("client %s:%d", *addr)
        while True:
            data = conn.recv(1024)
            if not data:
                log.info("end of stream")
                break
            conn.sendall(data)
