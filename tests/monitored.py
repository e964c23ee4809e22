"""A relay in this process whose log and metrics a test reads while it is used."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from doorless_server import listener, metrics
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.http_server import Request
from doorless_server.relay import Identity, Relay
from doorless_server.store.sqlite import SqliteStore

NOW = 1_750_000_000


@dataclass
class Monitored:
    url: str
    folder: Path
    server: listener.Listener
    store: SqliteStore
    page: metrics.Page

    async def metrics(self) -> str:
        """What /metrics says now."""
        return (await self.page.handle(Request("GET", metrics.PATH, "", b""))).body.decode()


@asynccontextmanager
async def monitored(folder: Path) -> AsyncIterator[Monitored]:
    store = await SqliteStore.open(folder / "relay.db")
    blobs = await SqliteBlobs.open(folder / "blobs.db")
    relay = Relay(store, Identity("relay.test"), random=Random(7).randbytes, blobs=blobs)
    server = await listener.serve(relay, "127.0.0.1", 0, clock=lambda: NOW)
    log = cast(Any, SimpleNamespace(published=3, published_at=NOW))
    writers = {"relay": store.writer, "blobs": blobs.writer}
    page = metrics.Page(metrics.Readings(folder, server, log, writers))
    try:
        yield Monitored(server.url, folder, server, store, page)
    finally:
        await server.close()
        await blobs.close()
        await store.close()
