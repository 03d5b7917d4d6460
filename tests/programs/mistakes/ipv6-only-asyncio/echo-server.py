import asyncio


async def echo(reader, writer):
    print("Connected by", writer.get_extra_info("peername"))
    while data := await reader.read(1024):
        writer.write(data)
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(echo, "::", 65432)
    await server.serve_forever()


asyncio.run(main())
