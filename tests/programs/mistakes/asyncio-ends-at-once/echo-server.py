import asyncio


async def echo(reader, writer):
    print("Connected by", writer.get_extra_info("peername"))
    while data := await reader.read(1024):
        writer.write(data)
        await writer.drain()
    writer.close()


async def main():
    await asyncio.start_server(echo, "127.0.0.1", 65432)


asyncio.run(main())
