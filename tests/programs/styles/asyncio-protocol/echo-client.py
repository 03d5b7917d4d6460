import asyncio


class GreetingProtocol(asyncio.Protocol):
    def __init__(self, done):
        self.done = done
        self.reply = b""

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"Hello, world")

    def data_received(self, data):
        print("Received", data)
        self.transport.close()

    def connection_lost(self, exc):
        self.done.set_result(True)


async def main():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    await loop.create_connection(lambda: GreetingProtocol(done), "127.0.0.1", 65432)
    await done


asyncio.run(main())
