"""S02: bytes that break WebSocket's rules end their own connection, with the right code."""

import asyncio
import base64
import contextlib
import ctypes
import gc
import os
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from doorless_protocol.frames import Answer, Call, Hello, RelayInfo, decode_from_relay, encode
from doorless_server import listener
from doorless_server.limits import MAX_FRAGMENTS, MIB
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore

PROTOCOL_ERROR, UNSUPPORTED, INVALID, TOO_BIG = 1002, 1003, 1007, 1009
FIN, BINARY, TEXT, CONTINUATION, CLOSE, PING = 0x80, 2, 1, 0, 8, 9
HELLO = encode(Call(1, Hello()))


@pytest.fixture
async def server() -> AsyncIterator[listener.Listener]:
    relay = Relay(MemoryStore(), Identity("relay.test"), random=Random(2).randbytes)
    serving = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: 1_750_000_000)
    yield serving
    await serving.close()


def frame(first: int, payload: bytes, *, mask: bool = True) -> bytes:
    size = len(payload)
    bit = 0x80 if mask else 0
    if size < 126:
        head = struct.pack(">BB", first, bit | size)
    elif size < 1 << 16:
        head = struct.pack(">BBH", first, bit | 126, size)
    else:
        head = struct.pack(">BBQ", first, bit | 127, size)
    return head + (bytes(4) if mask else b"") + payload


class Raw:
    """A connection on which anything can be said."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, server: listener.Listener) -> "Raw":
        host, port = server.url.removeprefix("ws://").rsplit(":", 1)
        raw = cls(*await asyncio.open_connection(host, int(port)))
        key = base64.b64encode(bytes(16)).decode()
        raw.writer.write(
            f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: doorless.1\r\n\r\n".encode()
        )
        await raw.reader.readuntil(b"\r\n\r\n")
        await raw.frame()  # the challenge
        return raw

    async def frame(self) -> tuple[int, bytes]:
        first, size = await self.reader.readexactly(2)
        if size == 126:
            (size,) = struct.unpack(">H", await self.reader.readexactly(2))
        return first & 0x0F, await self.reader.readexactly(size)

    async def close_code(self) -> int:
        """Of the close frame that ends it, other frames passed over; 0 if there was none."""
        try:
            while True:
                opcode, payload = await self.frame()
                if opcode == CLOSE:
                    return int(struct.unpack(">H", payload[:2])[0])
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        finally:
            self.writer.close()


async def is_alive(server: listener.Listener) -> bool:
    raw = await Raw.open(server)
    raw.writer.write(frame(FIN | BINARY, HELLO))
    _, payload = await raw.frame()
    raw.writer.close()
    answer = decode_from_relay(payload)
    return isinstance(answer, Answer) and isinstance(answer.answered, RelayInfo)


HOSTILE = {
    "a length of 2^63": (b"\x82\xff" + struct.pack(">Q", 1 << 63), TOO_BIG),
    "a length of 2^63 - 1": (b"\x82\xff" + struct.pack(">Q", (1 << 63) - 1), TOO_BIG),
    "a ping of 126 bytes": (frame(FIN | PING, bytes(126)), PROTOCOL_ERROR),
    "a ping in pieces": (frame(PING, b""), PROTOCOL_ERROR),
    "a close of 126 bytes": (frame(FIN | CLOSE, bytes(126)), PROTOCOL_ERROR),
    "a close of one byte": (frame(FIN | CLOSE, b"\x03"), PROTOCOL_ERROR),
    "a close with bad UTF-8": (frame(FIN | CLOSE, b"\x03\xe8\xff"), INVALID),
    "text": (frame(FIN | TEXT, b"hello"), UNSUPPORTED),
    "text of bad UTF-8": (frame(FIN | TEXT, b"\xff\xfe"), UNSUPPORTED),
    "no mask": (frame(FIN | BINARY, HELLO, mask=False), PROTOCOL_ERROR),
    "a reserved bit": (frame(FIN | 0x40 | BINARY, HELLO), PROTOCOL_ERROR),
    "an unknown opcode": (frame(FIN | 0x0B, b""), PROTOCOL_ERROR),
    "a continuation of nothing": (frame(FIN | CONTINUATION, b""), PROTOCOL_ERROR),
    "a message inside another": (frame(BINARY, b"") + frame(FIN | BINARY, b""), PROTOCOL_ERROR),
    "endless empty pieces": (
        frame(BINARY, b"") + frame(CONTINUATION, b"") * MAX_FRAGMENTS,
        TOO_BIG,
    ),
    "pieces that add up": (
        frame(BINARY, bytes(40_000)) + frame(CONTINUATION, bytes(40_000)),
        TOO_BIG,
    ),
    "no frame of ours": (frame(FIN | BINARY, b"hello"), PROTOCOL_ERROR),
    "nothing at all": (frame(FIN | BINARY, b""), PROTOCOL_ERROR),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_broken_rule_ends_its_connection_alone(
    server: listener.Listener, what: str
) -> None:
    said, code = HOSTILE[what]
    raw = await Raw.open(server)
    raw.writer.write(said)
    assert await raw.close_code() == code
    assert await is_alive(server)


@pytest.mark.attack(
    "S02",
    "a message above 68 KiB is refused before it is taken in",
    weaken={"doorless_server.websocket.MAX_MESSAGE_BYTES": 1 << 30},
)
async def test_a_message_above_the_bound_is_refused(server: listener.Listener) -> None:
    raw = await Raw.open(server)
    raw.writer.write(frame(FIN | BINARY, bytes(68 * 1024 + 1)))
    assert await raw.close_code() == TOO_BIG
    assert await is_alive(server)


@pytest.mark.attack(
    "S02",
    "what is never finished makes the relay hold less than 1 MiB for each connection",
    weaken={
        "doorless_server.websocket.MAX_MESSAGE_BYTES": 1 << 30,
        "doorless_server.websocket.MAX_FRAGMENTS": 1 << 30,
    },
)
async def test_what_is_never_finished_takes_little_memory(
    server: listener.Listener, record: Any
) -> None:
    connections = [await Raw.open(server) for _ in range(8)]
    piece = frame(CONTINUATION, bytes(32 * 1024))
    give_back()
    before = memory()
    for raw in connections:
        raw.writer.write(frame(BINARY, b""))
        with contextlib.suppress(ConnectionError):
            for _ in range(128):  # 4 MiB each
                raw.writer.write(piece)
                await raw.writer.drain()
    assert await is_alive(server)  # and so has read all that came before
    grown = memory() - before
    for raw in connections:
        raw.writer.transport.abort()
    assert grown <= len(connections) * MIB
    each = max(0, grown) / len(connections) / 1024
    record("S02", "memory for a message that never ends", each, "KiB", "<= 1024")


def give_back() -> None:
    """What tests before this one left free; else what grows would go there, and not be seen."""
    gc.collect()
    with contextlib.suppress(AttributeError):  # not every C library has it
        ctypes.CDLL(None).malloc_trim(0)


def memory() -> int:
    """Bytes of this process that are in memory: of the relay, and of who attacks it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_a_message_in_pieces_is_put_together(server: listener.Listener) -> None:
    raw = await Raw.open(server)
    raw.writer.write(frame(BINARY, HELLO[:3]) + frame(FIN | PING, b"x"))
    raw.writer.write(frame(FIN | CONTINUATION, HELLO[3:]))
    seen = [await raw.frame() for _ in range(2)]
    raw.writer.close()
    assert [opcode for opcode, _ in seen] == [0x0A, BINARY]


@pytest.mark.parametrize(
    "request_lines",
    [
        "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        "\x16\x03\x01\x02\x00",
        "GET /" + "x" * 20_000 + " HTTP/1.1\r\n\r\n",
    ],
)
async def test_what_is_no_handshake_is_turned_away(
    server: listener.Listener, request_lines: str
) -> None:
    host, port = server.url.removeprefix("ws://").rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request_lines.encode("latin-1") + b"\r\n\r\n")
    try:
        answer = await reader.read()
    except ConnectionError:
        answer = b""
    writer.close()
    assert b"101" not in answer[:20]
    assert b"Server:" not in answer
    assert await is_alive(server)
