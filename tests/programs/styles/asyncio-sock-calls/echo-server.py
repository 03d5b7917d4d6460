import asyncio
import socket


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.socket()
    listener.setblocking(False)
    listener.bind(("127.0.0.1", 65432))
    listener.listen()
    conn, addr = await loop.sock_accept(listener)
    print("Connected by", addr)
    with listener, conn:
        while True:
            data = await loop.sock_recv(conn, 1024)
            if not data:
                break
            await loop.sock_sendall(conn, data)


asyncio.run(main())
