import asyncio

HOST = "127.0.0.1"
PORT = 65432


async def main() -> None:
    reader, writer = await asyncio.open_connection(HOST, PORT)
    writer.write(b"Hello, world")
    data = await reader.read(1024)
    print(f"Received {data!r}")
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
