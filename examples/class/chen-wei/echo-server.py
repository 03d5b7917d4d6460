import asyncio

HOST = "127.0.0.1"
PORT = 65432


async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    print("Connected by", writer.get_extra_info("peername"))
    while data := await reader.read(1024):
        writer.write(data)
        await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(handle, HOST, PORT)
    async with server:
        await server.serve_forever()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
