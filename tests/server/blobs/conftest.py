"""Both stores of sealed files, and a desk over each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doorless_server.blobs.base import BlobStore
from doorless_server.blobs.memory import MemoryBlobs
from doorless_server.blobs.sqlite import SqliteBlobs

TOTAL = 600_000


@pytest.fixture(params=["memory", "sqlite"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
    opened: BlobStore
    if request.param == "memory":
        opened = MemoryBlobs(TOTAL)
    else:
        opened = await SqliteBlobs.open(tmp_path / "blobs.db", TOTAL)
    yield opened
    await opened.close()
