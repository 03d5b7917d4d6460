import asyncio

HOST = "127.0.0.1"
PORT = 65432


async def handle(reader, writer):
    print("Connected by", writer.get_extra_info("peername"))
    while True:
        data = await reader.read(1024)
        if not data:
            break
        writer.write(data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(handle, HOST, PORT)
    async with server:
        await server.serve_forever()


asyncio.run(main())
