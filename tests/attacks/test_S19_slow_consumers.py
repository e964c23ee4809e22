"""S19: a device does not read what waits for it, or reads a byte now and then."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect

from doorless_lab.stage import until
from doorless_protocol.frames import Call, Deliver, Subscribe, encode
from doorless_server import listener
from doorless_server.connection import Timing
from doorless_server.limits import MIB, WRITE_BUFFER_BYTES, Bounds
from doorless_server.peers import Greeted
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import Arriving
from doorless_server.store.memory import MemoryStore
from relay_person import NOW, Person
from served import ask, hear, talking

PLAIN: Any = {"compression": None, "close_timeout": 0.1}

ALICE, BOB = Person("alice", 1), Person("bob", 2)
QUICK = Timing(slow=0.3, tick=0.02, drain=0.5)
"""As the relay's own, a hundred times as fast."""

QUEUED, SIZE = 1_600, 65_536
"""100 MiB."""


class Served:
    """A relay with 100 MiB for alice, and what it buffers for her."""

    def __init__(self, server: listener.Listener) -> None:
        self.server, self.most = server, 0

    def buffered(self) -> int:
        """The most that stood in any connection's buffer at any look."""
        for websocket in list(self.server._connections):
            transport: Any = websocket._transport
            if transport is not None:
                waiting = sum(map(len, websocket._out))
                self.most = max(self.most, transport.get_write_buffer_size() + waiting)
        return self.most


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    store = MemoryStore(Bounds(waiting=10_000, size=1 << 40))
    core = Relay(store, Identity("relay.test"), random=bytes)
    bound = listener.bind("127.0.0.1", 0)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # or the system hides what waits
    serving = await listener.serve_on(core, bound, clock=lambda: NOW, timing=QUICK)
    for person in (ALICE, BOB):
        async with talking(serving.url, person) as device:
            await ask(device, person.register())
    held = ALICE.envelope(0)
    token_hash = ALICE.register().token_hash
    envelope = bytes(SIZE)
    await store.put(
        [Arriving(held.mailbox, n.to_bytes(16), envelope, token_hash) for n in range(QUEUED)],
        NOW // 3600,
        NOW // 86_400,
    )
    yield Served(serving)
    await serving.close()


def devices(served: Served) -> int:
    served.buffered()
    return served.server.connected_as()["device"]


@asynccontextmanager
async def little_room(served: Served, person: Person) -> AsyncIterator[socket.socket]:
    """A signed-in connection for which the system itself buffers next to nothing."""
    host, port = served.server.url.removeprefix("ws://").split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect((host, int(port)))
    opened = await connect(served.server.url, sock=raw, subprotocols=["doorless.1"], **PLAIN)  # type: ignore[list-item]
    challenge: Any = await hear(opened)
    await ask(opened, person.sign_in(Greeted(challenge, 0, bytes(32))))
    opened.transport.pause_reading()
    await opened.send(encode(Call(1, Subscribe())))
    try:
        yield raw
    finally:
        opened.transport.abort()
        await opened.wait_closed()


@pytest.mark.attack(
    "S19",
    "a device that does not read, or reads next to nothing, is cut off in time",
    weaken={"doorless_server.connection.Connection._check_stuck": lambda *_: None},
)
@pytest.mark.parametrize("drips", [0, 1])
async def test_who_does_not_read_is_cut_off(served: Served, drips: int) -> None:
    async with little_room(served, ALICE) as raw:

        async def reads() -> None:
            while drips:
                with suppress(OSError):
                    raw.recv(drips)
                await asyncio.sleep(0.01)

        reading = asyncio.create_task(reads())
        try:
            await until(lambda: served.buffered() > 0, 5, "something waits for it")
            await until(lambda: devices(served) == 0, 1.5, "it is cut off")
        except TimeoutError:
            pytest.fail("it is still there")
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    assert served.server.counts.ended["too_slow"] == 1


@pytest.mark.attack(
    "S19",
    "for a device that does not read no more than 1 MiB is buffered, whatever waits for it",
    weaken={
        "doorless_server.delivery.PUSHED_BYTES": 1 << 40,
        "doorless_server.delivery.PUSHED_ENVELOPES": 1 << 20,
    },
)
async def test_little_is_buffered_for_who_does_not_read(served: Served, record: Any) -> None:
    async with (
        little_room(served, ALICE),
        talking(served.server.url, BOB) as bob,
        talking(served.server.url) as sender,
    ):
        await ask(bob, Subscribe())
        for number in range(20):
            await ask(sender, BOB.envelope(number))
            assert isinstance(await hear(bob), Deliver), "others wait for nobody"
            served.buffered()
    assert 0 < served.most <= WRITE_BUFFER_BYTES + MIB // 16
    queued = f"KiB of {QUEUED * SIZE // MIB} MiB"
    record("S19", "buffered at most for who does not read", served.most / 1024, queued, "<= 1088")


async def test_who_reads_slowly_but_reads_stays(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorless_server.connection.LEAST_READ_BYTES", 512)
    loop = asyncio.get_running_loop()
    async with little_room(served, ALICE) as raw:
        await until(lambda: served.buffered() > 0, 5, "something waits for it")
        end = loop.time() + 4 * QUICK.slow
        while loop.time() < end:
            with suppress(OSError):
                raw.recv(4096)
            assert devices(served) == 1
            await asyncio.sleep(0.01)
