import socket

HOST = "127.0.0.1"
PORT = 65432

print("=" * 40)
print("       MY ECHO SERVER  v1.0")
print("=" * 40)
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    print("[1] socket created:", s)
    s.bind((HOST, PORT))
    print(f"[2] bound to {HOST}:{PORT}")
    s.listen()
    print("[3] listening ...")
    conn, addr = s.accept()
    with conn:
        print(f"[4] Connected by {addr}")
        total = 0
        while True:
            data = conn.recv(1024)
            print(f"    got {len(data)} bytes: {data[:20]!r}")
            if not data:
                break
            conn.sendall(data)
            total += len(data)
    print(f"[5] done, {total} bytes echoed")
