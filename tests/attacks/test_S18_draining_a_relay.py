"""S18: one-time prekeys are fetched from a relay over the wire until none should be left (K10).

Here some hundred fetches; `make depth` takes ten thousand.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from doorless_protocol.frames import BundleServed, Done, FetchBundle, PrekeysHeld, PrekeyStatus
from doorless_protocol.prekeys import PREKEY_BATCH
from doorless_server import listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.sqlite import SqliteStore
from relay_person import Person
from served import ask, ask_once, hear, talking

FETCHES = int(os.environ.get("DOORLESS_DRAIN", "300"))
LEFT = 0.9
"""Of all pairs."""


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    store = await SqliteStore.open(tmp_path / "relay.db")
    relay = Relay(store, Identity("relay.test"), random=os.urandom)
    server = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: int(time.time()))
    yield server.url
    await server.close()
    await store.close()


@pytest.mark.attack(
    "S18",
    "ten thousand fetches over the wire, from one address or from fifty, leave nine tenths of the "
    "one-time prekeys, and each of them is answered",
    weaken={"doorless_server.prekey_desk.Rations.take": lambda *_: True},
)
@pytest.mark.parametrize("addresses", [1, 50])
async def test_a_relay_is_not_drained(
    url: str, addresses: int, record: Callable[..., None]
) -> None:
    bob = Person("bob", 18)
    assert await ask_once(url, bob.register(), bob) == Done()
    async with talking(url, bob) as his, AsyncExitStack() as strangers:
        for request in bob.upload(PREKEY_BATCH, now=int(time.time())):
            assert await ask(his, request) == Done()
        sockets = [await strangers.enter_async_context(coming(url, n)) for n in range(addresses)]
        share = FETCHES // addresses
        await asyncio.gather(*(fetch(socket, bob, share) for socket in sockets))
        held = await ask(his, PrekeyStatus())
    assert isinstance(held, PrekeysHeld)
    assert held.one_time >= LEFT * PREKEY_BATCH
    part = 100 * held.one_time / PREKEY_BATCH
    record("S18", "one-time prekeys left", part, f"% after {FETCHES} fetches", ">= 90")


def coming(url: str, number: int) -> connect:
    """A connection from an address of its own, of the many that loopback has."""
    address = (f"127.0.18.{number + 1}", 0)
    return connect(url, subprotocols=["doorless.1"], compression=None, local_addr=address)


async def fetch(socket: ClientConnection, person: Person, times: int) -> None:
    await hear(socket)  # the challenge
    for _ in range(times):
        served = await ask(socket, FetchBundle(person.device.device))
        assert isinstance(served, BundleServed), "never a refusal: the last resort serves"
