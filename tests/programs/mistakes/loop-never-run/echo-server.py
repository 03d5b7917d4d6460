import asyncio


async def talk(reader, writer):
    print("Connected by", writer.get_extra_info("peername"))
    while data := await reader.read(1024):
        writer.write(data)
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", 65432)
    await server.serve_forever()


loop = asyncio.new_event_loop()
task = asyncio.ensure_future(main(), loop=loop)
