"""What the tests of the client share."""

import contextlib
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from doorless_client import key_file
from doorless_protocol import frames
from doorless_protocol.frames import Answer, Call, Challenge, Done, decode_call, encode
from doorless_protocol.primitives import Random

SUBPROTOCOL = Subprotocol(frames.SUBPROTOCOL)
Behaviour = Callable[[ServerConnection], Awaitable[None]]


@pytest.fixture
def randomness() -> Random:
    """Bytes that are the same in each run."""
    return random.Random(2026).randbytes


@pytest.fixture
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a test guess often. No option, setting or variable of the program does this."""
    cheap = key_file.Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))


class ScriptedRelay:
    """A relay that does what a test tells it to: `behave(connection)` after the challenge."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.greeting = encode(Challenge("relay.test", bytes(32)))
        self.connections = 0
        self.behave: Behaviour = self.answer_all
        self._tls = tls
        self._server: Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def start(self, port: int = 0) -> None:
        self._server = await serve(
            self._handle, "127.0.0.1", port, ssl=self._tls, subprotocols=[SUBPROTOCOL]
        )

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def answer_all(self, connection: ServerConnection) -> None:
        async for data in connection:
            assert isinstance(data, bytes)
            call = decode_call(data)
            self.calls.append(call)
            await connection.send(encode(Answer(call.id, Done())))

    async def _handle(self, connection: ServerConnection) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionClosed):
            await connection.send(self.greeting)
            await self.behave(connection)


@pytest.fixture
async def scripted_relay() -> AsyncIterator[ScriptedRelay]:
    relay = ScriptedRelay()
    await relay.start()
    yield relay
    await relay.stop()
