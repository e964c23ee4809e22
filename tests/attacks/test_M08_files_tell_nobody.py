"""M08: what the relay answers about sealed files tells nobody whether somebody was there."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from random import Random as Seeded

import pytest

from doorless_protocol.blob_frames import (
    MAX_PIECE_BYTES,
    BlobDrop,
    BlobGet,
    BlobPut,
    BlobStatus,
    blob_address,
    read_capability,
)
from doorless_protocol.frames import Answered, Done, Refusal, Refused, encode
from doorless_server.blobs.desk import BlobDesk, BlobRequest
from doorless_server.blobs.memory import MemoryBlobs
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.limits import DAY

NOW = 20_000 * DAY
LATER = NOW + 31 * DAY
"""When what was whole at NOW has expired."""

NEVER, BEGUN, WHOLE, DROPPED = (Seeded(seed).randbytes(32) for seed in range(4))
SIZE = 2 * MAX_PIECE_BYTES
PIECES = tuple(BlobPut(WHOLE, SIZE, at, bytes(MAX_PIECE_BYTES)) for at in (0, MAX_PIECE_BYTES))


async def held_by(desk: BlobDesk) -> None:
    for piece in PIECES:
        await desk.answer(piece, NOW, "sender")
    await desk.answer(BlobPut(BEGUN, SIZE, 0, bytes(MAX_PIECE_BYTES)), NOW, "sender")
    await desk.answer(BlobPut(DROPPED, 3, 0, b"abc"), NOW, "sender")
    await desk.answer(BlobDrop(DROPPED), NOW, "sender")


def expired_too(db: sqlite3.Connection, address: bytes, _day: int) -> tuple[int, int, int] | None:
    found: tuple[int, int, int] | None = db.execute(
        "SELECT number, received, size FROM files WHERE id = ? AND expires_day > 0", (address,)
    ).fetchone()
    return found


@pytest.mark.attack(
    "M08",
    "a file that never was, is not whole, was dropped, has expired or is not ours to ask for: one "
    "answer, byte by byte, after as many looks at the disk",
    weaken={"doorless_server.blobs.sqlite._find": expired_too},
)
async def test_what_there_is_not_is_answered_alike_and_at_one_cost(tmp_path: Path) -> None:
    blobs = await SqliteBlobs.open(tmp_path / "blobs.db")
    desk = BlobDesk(blobs)
    await held_by(desk)
    looks: list[str] = []
    blobs._reader.set_trace_callback(lambda statement: looks.append(statement[:40]))
    asked: Sequence[tuple[BlobRequest, int]] = (
        *((BlobGet(read_capability(write), 0), NOW) for write in (NEVER, BEGUN, DROPPED)),
        (BlobGet(read_capability(WHOLE), 0), LATER),
        (BlobGet(WHOLE, 0), NOW),
        (BlobGet(blob_address(read_capability(WHOLE)), 0), NOW),
        *((BlobStatus(write), NOW) for write in (NEVER, DROPPED, read_capability(WHOLE))),
        (BlobStatus(WHOLE), LATER),
    )
    answers, costs = set[bytes](), list[list[str]]()
    for request, now in asked:
        looks.clear()
        answers.add(encode(await desk.answer(request, now, "anybody")))
        costs.append(list(looks))
    await blobs.close()
    assert answers == {encode(Refused(int(Refusal.NOT_ALLOWED), 0))}
    assert costs[0]
    assert costs == [costs[0]] * len(asked)


async def test_dropping_what_is_not_there_is_answered_as_dropping_what_is() -> None:
    desk = BlobDesk(MemoryBlobs())
    await held_by(desk)
    for write in (NEVER, BEGUN, WHOLE, WHOLE, read_capability(BEGUN)):
        assert await desk.answer(BlobDrop(write), NOW, "anybody") == Done()


read = MemoryBlobs.read


async def read_once(self: MemoryBlobs, address: bytes, place: int, day: int) -> bytes | None:
    """A relay that deletes what was fetched tells the sender that it was."""
    piece = await read(self, address, place, day)
    if place:
        await self.drop(address)
    return piece


@pytest.mark.attack(
    "M08",
    "who sent a file sees in no answer about it whether it was fetched",
    weaken={"doorless_server.blobs.memory.MemoryBlobs.read": read_once},
)
async def test_a_sender_does_not_see_that_a_file_was_fetched() -> None:
    assert await sender_sees(fetched=True) == await sender_sees(fetched=False)


async def sender_sees(*, fetched: bool) -> list[bytes]:
    """All that the sender can ask, once the other one had time for it."""
    desk = BlobDesk(MemoryBlobs())
    await held_by(desk)
    for place in range(2) if fetched else ():
        asked = BlobGet(read_capability(WHOLE), place * MAX_PIECE_BYTES)
        await desk.answer(asked, NOW, "recipient")
    answers: list[Answered] = []
    for request in (
        *(BlobStatus(WHOLE), *PIECES, BlobGet(read_capability(WHOLE), MAX_PIECE_BYTES)),
        *(BlobDrop(WHOLE), BlobStatus(WHOLE)),
    ):
        answers.append(await desk.answer(request, NOW + DAY, "sender"))
    return list(map(encode, answers))
