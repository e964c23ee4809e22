"""What the relay is measured beside: an echo of the library that it stands on, and its load.

Run as a module, this is the echo server, as the library's documentation has it.
"""

from contextlib import suppress
from dataclasses import dataclass, field

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from benchmarks.relay_client import Client, connected
from benchmarks.relay_load import ID_PLACE, submit_parts


async def echo_server() -> None:
    async def handler(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in connection:
                await connection.send(message)

    async with serve(
        handler, "127.0.0.1", 0, compression=None, subprotocols=[Subprotocol("doorless.1")]
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


@dataclass
class EchoLoad:
    """Frames of a Submit's size, `in_flight` of them on each of `clients` connections."""

    address: tuple[str, int]
    clients: int = 64
    in_flight: int = 8
    echoed: int = 0
    _open: list[Client] = field(default_factory=list)

    async def start(self) -> None:
        frame = ID_PLACE.join(submit_parts(bytes(16), bytes(16)))
        for _ in range(self.clients):
            came = [0]

            def on_frame(_client: Client, _frame: bytes, came: list[int] = came) -> None:
                came[0] += 1

            client = await connected(self.address, on_frame)
            client.turn_over = lambda c=client, n=came: self._again(c, n, frame)  # type: ignore
            self._open.append(client)
            client.transport.write(frame * self.in_flight)

    def _again(self, client: Client, came: list[int], frame: bytes) -> None:
        count, came[0] = came[0], 0
        self.echoed += count
        client.transport.write(frame * count)

    def close(self) -> None:
        for client in self._open:
            client.transport.abort()


if __name__ == "__main__":
    uvloop.run(echo_server())
