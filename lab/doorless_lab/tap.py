"""A network between one client and the relay: it can be cut, and it records what the relay gets.

    client ◄──── TCP ────► Tap ◄──── TCP ────► relay
                            └── record: what the relay reads, without the mask of WebSocket

Clients mask each WebSocket frame with four random bytes that stand in front of it
(RFC 6455 §5.3), so a search of the wire itself would never find anything. The relay takes the
mask off as its first step; so does the tap.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

PIECE = 2**16

Address = tuple[str, int]


class Keep(Protocol):
    def __call__(self, unmasked: bytes, *, message: bool) -> None:
        """Take unmasked bytes; a `message` is a whole one."""
        ...


class Tap:
    """One client's network, while it is entered.

    Attributes:
        connected: whether the cable is in.
        recorded: bytes in the record; it ends with a whole message.
        on_connect: told of the local port of each connection to the relay, before it is used.

    Args:
        relay: where the relay is now; asked for each connection, since it may come back elsewhere.
        record: file that takes all that the relay is sent.
        on_message: told of each WebSocket message on its way to the relay.
    """

    def __init__(
        self, relay: Callable[[], Address], record: Path, on_message: Callable[[bytes], None]
    ) -> None:
        self.connected = True
        self.address: Address = ("127.0.0.1", 0)
        self.record, self.recorded = record, 0
        self._relay, self._on_message = relay, on_message
        self.on_connect: Callable[[int], None] = lambda _: None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def __aenter__(self) -> Self:
        self._file = self.record.open("wb", buffering=0)
        self._server = await asyncio.start_server(self._serve, *self.address)
        self.address = self._server.sockets[0].getsockname()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._drop()
        await asyncio.gather(*self._open, return_exceptions=True)
        self._file.close()

    def cut(self) -> None:
        """Drop what is open, and refuse what comes, until `restore`."""
        self.connected = False
        self._drop()

    def restore(self) -> None:
        self.connected = True

    def _drop(self) -> None:
        for task, writer in self._open.items():
            writer.transport.abort()
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.connected:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        if task is None:
            raise ValueError("a connection is served in a task")
        self._open[task] = writer
        try:
            await self._relay_both_ways(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # cut, or either side is gone: over, for both of them
        finally:
            del self._open[task]
            writer.transport.abort()

    async def _relay_both_ways(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        relay_reader, relay_writer = await asyncio.open_connection(*self._relay())
        self.on_connect(relay_writer.get_extra_info("sockname")[1])
        unmask = _Unmask(self._keep)
        try:
            towards = asyncio.create_task(self._towards_relay(reader, relay_writer, unmask))
            back = asyncio.create_task(_copy(relay_reader, writer))
            try:
                await asyncio.wait({towards, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (towards, back):
                    task.cancel()
                await asyncio.gather(towards, back, return_exceptions=True)
        finally:
            relay_writer.transport.abort()

    async def _towards_relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, unmask: "_Unmask"
    ) -> None:
        while piece := await reader.read(PIECE):
            unmask.feed(piece)
            writer.write(piece)
            await writer.drain()

    def _keep(self, unmasked: bytes, *, message: bool) -> None:
        self._file.write(unmasked)
        self.recorded += len(unmasked)
        if message:
            self._on_message(unmasked)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()


class _Unmask:
    """Reads a client's side of a WebSocket connection as a server does."""

    def __init__(self, keep: Keep) -> None:
        self._protocol = ServerProtocol(max_size=None)
        self._keep = keep
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> None:
        with contextlib.suppress(EOFError):  # it closed, and said no more
            self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            match event:
                case Request():
                    self._keep(repr(event).encode(), message=False)
                    self._protocol.send_response(self._protocol.accept(event))
                case Frame(opcode=Opcode.BINARY | Opcode.TEXT | Opcode.CONT):
                    self._message(event)
                case Frame():
                    self._keep(bytes(event.data), message=False)
        self._protocol.data_to_send()

    def _message(self, frame: Frame) -> None:
        self._parts.append(bytes(frame.data))
        if frame.fin:
            self._keep(b"".join(self._parts), message=True)
            self._parts.clear()
