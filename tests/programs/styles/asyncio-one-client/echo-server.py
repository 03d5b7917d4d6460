import asyncio


async def main():
    finished = asyncio.Event()

    async def handle(reader, writer):
        print(f"Connected by {writer.get_extra_info('peername')}")
        while data := await reader.read(1024):
            writer.write(data)
            await writer.drain()
        writer.close()
        finished.set()

    server = await asyncio.start_server(handle, "127.0.0.1", 65432)
    await finished.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
