"""One address for several relays: a connection goes to the next of them that takes it.

What a load balancer does in earnest, without its health checks and its limits. It carries bytes and
looks at none.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from socket import socket

PIECE_BYTES = 64 * 1024


class Front:
    """
    Args:
        ports: of the relays, on loopback.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)

    async def serve(self, bound: socket) -> asyncio.Server:
        return await asyncio.start_server(self._carry, sock=bound)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = await self._relay()
        if relay is not None:
            there, back = relay
            done, waiting = await asyncio.wait(
                [asyncio.create_task(_pass_on(*way)) for way in ((reader, back), (there, writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
            for way in (*done, *waiting):
                way.cancel()
            back.transport.abort()
        writer.close()

    async def _relay(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The next that lets one in; None where none does."""
        for _ in self._ports:
            self._ports.append(port := self._ports.pop(0))
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        return None


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until either side is gone."""
    with suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
