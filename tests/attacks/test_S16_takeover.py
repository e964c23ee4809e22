"""S16: one device connects twice: who wins, what the other is told, and how often."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from doorless_protocol.frames import (
    Acknowledge,
    CloseReason,
    Closing,
    Deliver,
    Done,
    Refusal,
    Refused,
    Subscribe,
)
from doorless_server import limits, listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.memory import MemoryStore
from relay_person import NOW, Person
from served import ask, hear, talking

ALICE = Person("alice", 1)


@pytest.fixture
async def server() -> AsyncIterator[listener.Listener]:
    core = Relay(MemoryStore(), Identity("relay.test"), random=bytes)
    serving = await listener.serve(core, "127.0.0.1", 0, clock=lambda: NOW)
    async with talking(serving.url, ALICE) as first:
        await ask(first, ALICE.register())
    yield serving
    await serving.close()


async def until_closed(socket: ClientConnection) -> tuple[list[Any], int]:
    """All that it still hears, and the code of the close."""
    heard = []
    try:
        while True:
            heard.append(await hear(socket))
    except ConnectionClosed as closed:
        return heard, closed.rcvd.code if closed.rcvd else 0


@pytest.mark.attack(
    "S16",
    "the newest connection of a device wins, and the one before is told why and closed at once",
    weaken={"doorless_server.switchboard.Switchboard._take_over": lambda *_: None},
)
async def test_the_newest_wins_and_the_older_is_told(
    server: listener.Listener, record: Any
) -> None:
    async with talking(server.url, ALICE) as older:
        await ask(older, Subscribe())
        since = monotonic()
        async with talking(server.url, ALICE) as newer:
            await ask(newer, Subscribe())
            try:
                async with asyncio.timeout(1):
                    heard, code = await until_closed(older)
            except TimeoutError:
                pytest.fail("the older connection lives on")
            assert (heard, code) == ([Closing(int(CloseReason.REPLACED))], 1000)
            assert server.connected_as()["device"] == 1
            took = (monotonic() - since) * 1000
            record("S16", "from dialling to the end of the older one", took, "ms", "<= 1000")


async def test_what_one_acknowledged_the_other_does_not_get(server: listener.Listener) -> None:
    async with talking(server.url) as sender, talking(server.url, ALICE) as older:
        await ask(older, Subscribe())
        for number in (1, 2, 3):
            await ask(sender, ALICE.envelope(number))
        pushed = [await hear(older) for _ in range(3)]
        await ask(older, Acknowledge((pushed[0].envelope_id,)))
        async with talking(server.url, ALICE) as newer:
            await ask(sender, ALICE.envelope(4))  # for the newer one alone
            await ask(newer, Subscribe())
            again = [await hear(newer) for _ in range(3)]
            left, _ = await until_closed(older)
    numbers = [int.from_bytes(each.envelope_id) for each in again]
    assert numbers == [2, 3, 4]
    assert [each for each in left if isinstance(each, Deliver)] == []


@pytest.mark.attack(
    "S16",
    "two copies of a device that drive each other out are slowed down, and one of them stays",
    weaken={"doorless_server.rates.Rates.sign_in": lambda *_: 0},
)
async def test_who_comes_too_often_waits(record: Any) -> None:
    core = Relay(MemoryStore(), Identity("relay.test"), random=bytes)
    burst, taken = int(limits.SIGN_INS.burst), 0
    peer = core.greet(NOW, bytes(32))
    signed_in = (await core.handle(peer, ALICE.sign_in(peer), NOW)).peer
    await core.handle(signed_in, ALICE.register(), NOW)
    for _ in range(burst + 20):
        greeted = core.greet(NOW, bytes(32))
        outcome = await core.handle(greeted, ALICE.sign_in(greeted), NOW)
        taken += outcome.answered == Done()
        assert (outcome.answered == Done()) == bool(outcome.effects)
    assert taken == burst
    record("S16", "sign-ins at once of one device", taken, f"of {burst + 20}", f"<= {burst}")
    assert outcome.answered == Refused(int(Refusal.BUSY), 1)
    later = core.greet(NOW + 1, bytes(32))
    assert (await core.handle(later, ALICE.sign_in(later), NOW + 1)).answered == Done()
