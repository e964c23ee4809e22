"""F07: finding, reading, changing or dropping the file of somebody else at a relay."""

from pathlib import Path
from random import Random as Seeded

import pytest

from doorless_protocol.blob_frames import (
    MAX_PIECE_BYTES,
    BlobDrop,
    BlobGet,
    BlobHeld,
    BlobPiece,
    BlobPut,
    BlobStatus,
    blob_address,
    read_capability,
)
from doorless_protocol.frames import Answered, Refusal, Refused
from doorless_server.blobs.desk import BlobDesk, BlobRequest
from doorless_server.blobs.memory import MemoryBlobs
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.limits import DAY

NOW = 20_000 * DAY
WRITE = Seeded(7).randbytes(32)
READ = read_capability(WRITE)
FILE = b"sealed bytes"


async def holding() -> BlobDesk:
    desk = BlobDesk(MemoryBlobs())
    assert await said(desk, BlobPut(WRITE, len(FILE), 0, FILE)) == BlobHeld(len(FILE))
    return desk


async def said(desk: BlobDesk, asked: BlobRequest) -> Answered:
    return await desk.answer(asked, NOW, "203.0.113.9")


@pytest.mark.attack(
    "F07",
    "who may read a file may not change it, drop it, or learn how far it is",
    weaken={"doorless_server.blobs.desk.address_of": blob_address},
)
async def test_a_reader_writes_nothing() -> None:
    desk = await holding()
    assert await said(desk, BlobStatus(READ)) == Refused(Refusal.NOT_ALLOWED, 0)
    assert await said(desk, BlobPut(READ, len(FILE), 0, bytes(len(FILE)))) == BlobHeld(len(FILE))
    await said(desk, BlobDrop(READ))
    assert await said(desk, BlobGet(READ, 0)) == BlobPiece(FILE)


@pytest.mark.attack(
    "F07",
    "what lies on the relay's disk neither reads nor writes a file",
    weaken={"doorless_server.blobs.desk.blob_address": lambda read: read},
)
async def test_who_reads_the_relays_disk_can_ask_for_nothing(tmp_path: Path) -> None:
    blobs = await SqliteBlobs.open(tmp_path / "blobs.db")
    desk = BlobDesk(blobs)
    await said(desk, BlobPut(WRITE, len(FILE), 0, FILE))
    await blobs.close()
    disk = (tmp_path / "blobs.db").read_bytes()
    assert blob_address(READ) in disk  # the positive control
    assert READ not in disk
    assert WRITE not in disk


@pytest.mark.attack(
    "F07",
    "a file that never was, is not whole, was dropped or has expired answers alike",
    weaken={"doorless_server.blobs.memory.is_whole": lambda file: True},
)
async def test_what_there_is_not_looks_alike() -> None:
    desk = await holding()
    begun, dropped = b"b" * 32, b"d" * 32
    await said(desk, BlobPut(begun, 2 * MAX_PIECE_BYTES, 0, bytes(MAX_PIECE_BYTES)))
    await said(desk, BlobPut(dropped, 1, 0, b"a"))
    await said(desk, BlobDrop(dropped))
    never = await said(desk, BlobGet(Seeded(8).randbytes(32), 0))
    assert never == Refused(Refusal.NOT_ALLOWED, 0)
    for write in (begun, dropped):
        assert await said(desk, BlobGet(read_capability(write), 0)) == never
    assert await desk.answer(BlobGet(READ, 0), NOW + 31 * DAY, "") == never
