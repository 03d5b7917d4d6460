import asyncio
import socket


async def main():
    loop = asyncio.get_running_loop()
    with socket.socket() as s:
        s.setblocking(False)
        await loop.sock_connect(s, ("127.0.0.1", 65432))
        await loop.sock_sendall(s, b"Hello, world")
        print("Received", await loop.sock_recv(s, 1024))


asyncio.run(main())
