"""A WebSocket client that says anything: whole frames, broken ones, halves; and any HTTP."""

import asyncio
import base64
import contextlib
import struct
from collections.abc import Awaitable
from typing import Self, TypeVar

from doorless_protocol.frames import FromRelay, decode_from_relay

FIN, RESERVED = 0x80, 0x70
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

PATIENCE = 60.0
"""Seconds for whatever a relay has to do: none of it takes one, but machines are busy."""

UPGRADE = (
    "GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: doorless.1\r\n\r\n"
).encode()

T = TypeVar("T")


class ClosedError(Exception):
    """The relay ended the connection.

    Attributes:
        code: of its close frame, 0 where there was none.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def frame(payload: bytes, first: int = FIN | BINARY, *, masked: bool = True) -> bytes:
    """One frame of WebSocket, under a mask of zeros."""
    size, bit = len(payload), 0x80 if masked else 0
    if size < 126:
        head = bytes((first, bit | size))
    elif size < 1 << 16:
        head = struct.pack(">BBH", first, bit | 126, size)
    else:
        head = struct.pack(">BBQ", first, bit | 127, size)
    return head + (bytes(4) if masked else b"") + payload


class Raw:
    """One connection. Made by `open`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, address: tuple[str, int], source: str = "", said: bytes = UPGRADE) -> Self:
        """Connect, from an address of ours where one is given, and begin to talk.

        Raises:
            OSError: nobody there, or not for us.
        """
        local = (source, 0) if source else None
        raw = cls(*await in_time(asyncio.open_connection(*address, local_addr=local)))
        raw.write(said)
        return raw

    async def upgraded(self) -> FromRelay:
        """What the relay says first. Raises ClosedError, OSError: it does not want to talk."""
        try:
            head = await in_time(self._reader.readuntil(b"\r\n\r\n"))
        except asyncio.IncompleteReadError:
            raise ClosedError(0) from None
        assert head.startswith(b"HTTP/1.1 101 "), head
        return await self.heard()

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def heard(self) -> FromRelay:
        """The next frame of ours. Raises ClosedError, OSError."""
        while True:
            opcode, payload = await in_time(self._frame())
            if opcode == BINARY:
                return decode_from_relay(payload)
            if opcode == CLOSE:
                raise ClosedError(struct.unpack(">H", payload[:2])[0] if payload else 1005)

    async def rest(self) -> bytes:
        """Everything that comes until the relay hangs up."""
        try:
            return await in_time(self._reader.read())
        except ConnectionError:
            return b""

    async def first(self) -> bytes:
        """What is said first, a KiB or less; nothing where it hangs up."""
        return await in_time(self._reader.read(1024))

    async def drained(self) -> None:
        await in_time(self._writer.drain())

    async def close(self) -> None:
        """At once, and without a goodbye."""
        self._writer.transport.abort()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _frame(self) -> tuple[int, bytes]:
        try:
            first, size = await self._reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack(">H", await self._reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self._reader.readexactly(8))
            return first & 0x0F, await self._reader.readexactly(size)
        except asyncio.IncompleteReadError:
            raise ClosedError(0) from None


async def in_time(awaited: Awaitable[T]) -> T:
    """Raises TimeoutError: the relay let us wait, which is a finding."""
    async with asyncio.timeout(PATIENCE):
        return await awaited
