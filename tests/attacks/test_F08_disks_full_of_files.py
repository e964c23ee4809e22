"""F08: filling a relay with files, from one address or from many, and never finishing them."""

import pytest

from doorless_protocol.blob_frames import MAX_PIECE_BYTES, BlobHeld, BlobPut
from doorless_protocol.frames import Refused
from doorless_server.blobs.base import BEGUN_DAYS
from doorless_server.blobs.desk import MAX_BLOB, BlobDesk
from doorless_server.blobs.memory import MemoryBlobs
from doorless_server.limits import DAY, MIB, Rate

NOW = 20_000 * DAY
PIECE = bytes(MAX_PIECE_BYTES)


async def begun(desk: BlobDesk, count: int, source: str, now: int = NOW, seed: int = 0) -> int:
    """How many of so many files of the largest size are taken."""
    taken = 0
    for number in range(count):
        write = (seed * 1000 + number).to_bytes(32, "big")
        answered = await desk.answer(BlobPut(write, MAX_BLOB, 0, PIECE), now, source)
        taken += isinstance(answered, BlobHeld)
    return taken


@pytest.mark.attack(
    "F08",
    "one address begins a gigabyte of files a day, whether it goes on with them or not",
    weaken={"doorless_server.blobs.desk.BEGUN": Rate(burst=1e15, per_second=1)},
)
async def test_one_address_fills_its_own_share() -> None:
    desk = BlobDesk(MemoryBlobs())
    assert await begun(desk, 20, "203.0.113.9") == 1024 * MIB // MAX_BLOB
    assert await begun(desk, 1, "203.0.113.10", seed=1) == 1


@pytest.mark.attack(
    "F08",
    "however many addresses there are, the relay keeps so many bytes and no more",
    weaken={"doorless_server.blobs.memory.check_room": lambda taken, size, total: None},
)
async def test_many_addresses_fill_no_more_than_there_is() -> None:
    desk = BlobDesk(MemoryBlobs(5 * MAX_BLOB))
    taken = [await begun(desk, 1, f"203.0.113.{n}", seed=n) for n in range(10)]
    assert sum(taken) == 5


@pytest.mark.attack(
    "F08",
    "files that nobody finishes give their room back",
    weaken={"doorless_server.blobs.memory.BEGUN_DAYS": 365},
)
async def test_files_that_are_never_finished_go() -> None:
    desk = BlobDesk(MemoryBlobs(MAX_BLOB))
    assert await begun(desk, 1, "203.0.113.9") == 1
    later = NOW + (BEGUN_DAYS + 1) * DAY
    while await desk.sweep(later):
        pass
    assert await begun(desk, 1, "203.0.113.10", later, seed=1) == 1


async def test_a_refusal_says_when_to_try_again() -> None:
    desk = BlobDesk(MemoryBlobs(MAX_BLOB))
    await begun(desk, 1, "a")
    answered = await desk.answer(BlobPut(bytes(32), MAX_BLOB, 0, PIECE), NOW, "b")
    assert answered == BlobHeld(MAX_PIECE_BYTES)
    answered = await desk.answer(BlobPut(b"\xff" * 32, MAX_BLOB, 0, PIECE), NOW, "b")
    assert isinstance(answered, Refused)
    assert answered.retry_after > 0
