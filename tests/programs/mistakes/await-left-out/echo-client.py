import asyncio

HOST = "127.0.0.1"
PORT = 65432


async def main():
    reader, writer = asyncio.open_connection(HOST, PORT)
    writer.write(b"Hello, world")
    data = await reader.read(1024)
    print("Received", repr(data))
    writer.close()


asyncio.run(main())
