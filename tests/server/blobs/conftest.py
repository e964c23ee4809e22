"""All stores of sealed files, and a desk over each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doorless_server.blobs.base import BlobStore
from doorless_server.blobs.memory import MemoryBlobs
from doorless_server.blobs.nats import NatsBlobs
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.store.nats.connection import Connection

TOTAL = 600_000


@pytest.fixture(params=["memory", "sqlite", "nats"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
    opened: BlobStore
    if request.param == "memory":
        opened = MemoryBlobs(TOTAL)
    elif request.param == "sqlite":
        opened = await SqliteBlobs.open(tmp_path / "blobs.db", TOTAL)
    else:
        connection = await Connection.open(request.getfixturevalue("nats_node").urls)
        opened = await NatsBlobs.open(connection, "tested", 1, TOTAL)
    yield opened
    await opened.close()
    if request.param == "nats":
        await connection.close()
