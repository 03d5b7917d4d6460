import asyncio


async def talk():
    reader, writer = await asyncio.open_connection("127.0.0.1", 65432)
    writer.write(b"Hello, world")
    reply = await reader.readexactly(100)
    print("Received", repr(reply))
    writer.close()


asyncio.run(talk())
