import asyncio


async def talk():
    reader, writer = await asyncio.open_connection("127.0.0.1", 65432)
    try:
        writer.write(b"Hello, world")
        print("Received", await reader.read(1024))
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(talk())
