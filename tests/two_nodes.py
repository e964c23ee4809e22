"""Two nodes of one relay over one NATS server, and what their clients hear when they are closed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed

from doorless_server import listener
from doorless_server.relay import Identity, Relay
from doorless_server.store.nats.others import NatsOthers
from doorless_server.store.nats.store import NatsStore
from relay_person import NOW, Person
from served import ask, hear, talking


@asynccontextmanager
async def nodes_over(urls: Sequence[str], person: Person) -> AsyncIterator[list[listener.Listener]]:
    """Both serve; the person has an account."""
    stores = [await NatsStore.open(urls, replicas=1, partitions=2) for _ in range(2)]
    serving = []
    for store in stores:
        core = Relay(store, Identity("relay.test"), random=bytes)
        serving.append(await listener.serve(core, "127.0.0.1", 0, clock=lambda: NOW))
        serving[-1].join(NatsOthers(store.connection, store.news))
    async with talking(serving[0].url, person) as first:
        await ask(first, person.register())
    try:
        yield serving
    finally:
        for each in serving:
            await each.close()
        for store in stores:
            await store.close()


async def closing(socket: Any) -> list[Any]:
    """All that it still hears. Raises TimeoutError: it is not closed."""
    heard = []
    async with asyncio.timeout(3):
        try:
            while True:
                heard.append(await hear(socket))
        except ConnectionClosed:
            return heard
