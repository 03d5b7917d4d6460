import asyncio


class EchoProtocol(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        print("Connected by", transport.get_extra_info("peername"))

    def data_received(self, data):
        self.transport.write(data)

    def connection_lost(self, exc):
        print("Connection closed")


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(EchoProtocol, "127.0.0.1", 65432)
    async with server:
        await server.serve_forever()


asyncio.run(main())
