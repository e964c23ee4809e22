"""What every store of sealed files promises."""

import sqlite3
from pathlib import Path

import pytest

from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_server import inspection
from doorless_server.blobs import schema
from doorless_server.blobs.base import BEGUN_DAYS, WHOLE_DAYS, BlobStore, Held, NoRoomError
from doorless_server.blobs.sqlite import SWEPT_AT_ONCE, SqliteBlobs
from doorless_server.store.base import UnavailableError
from doorless_server.store.schema import CLASSES

A, B = b"a" * 32, b"b" * 32
DAY = 20_000
PIECE = bytes(MAX_PIECE_BYTES)


async def whole(blobs: BlobStore, address: bytes, data: bytes, day: int = DAY) -> None:
    await blobs.begin(address, len(data), day)
    for place, at in enumerate(range(0, len(data), MAX_PIECE_BYTES)):
        await blobs.add(address, place, data[at : at + MAX_PIECE_BYTES], day)


async def swept(blobs: BlobStore, day: int) -> int:
    rounds = 0
    while await blobs.sweep(day):
        rounds += 1
    return rounds


async def test_a_file_is_read_once_it_is_whole(blobs: BlobStore) -> None:
    await blobs.begin(A, MAX_PIECE_BYTES + 3, DAY)
    assert await blobs.held(A, DAY) == Held(0, MAX_PIECE_BYTES + 3)
    assert await blobs.read(A, 0, DAY) is None
    assert await blobs.add(A, 0, PIECE, DAY) == MAX_PIECE_BYTES
    assert await blobs.read(A, 0, DAY) is None
    assert await blobs.add(A, 1, b"end", DAY) == MAX_PIECE_BYTES + 3
    assert [await blobs.read(A, place, DAY) for place in range(3)] == [PIECE, b"end", b""]
    assert await blobs.held(A, DAY) == Held(MAX_PIECE_BYTES + 3, MAX_PIECE_BYTES + 3)


async def test_a_piece_out_of_its_turn_changes_nothing(blobs: BlobStore) -> None:
    await whole(blobs, A, PIECE + b"end")
    before = [await blobs.read(A, place, DAY) for place in range(2)]
    for place in range(4):
        assert await blobs.add(A, place, b"other", DAY) == MAX_PIECE_BYTES + 3
    assert [await blobs.read(A, place, DAY) for place in range(2)] == before
    await blobs.begin(B, 2 * MAX_PIECE_BYTES, DAY)
    assert await blobs.add(B, 1, PIECE, DAY) == 0
    assert await blobs.add(b"c" * 32, 0, PIECE, DAY) == 0
    assert await blobs.held(b"c" * 32, DAY) is None


async def test_what_is_begun_again_stays_as_it_is(blobs: BlobStore) -> None:
    await whole(blobs, A, b"one")
    await blobs.begin(A, 5, DAY)
    assert await blobs.read(A, 0, DAY) == b"one"


async def test_a_file_goes_when_its_days_are_over(blobs: BlobStore) -> None:
    await whole(blobs, A, b"one")
    await blobs.begin(B, 2, DAY)
    assert await blobs.held(B, DAY + BEGUN_DAYS) == Held(0, 2)
    assert await blobs.held(B, DAY + BEGUN_DAYS + 1) is None
    assert await blobs.read(A, 0, DAY + WHOLE_DAYS) == b"one"
    assert await blobs.read(A, 0, DAY + WHOLE_DAYS + 1) is None
    await swept(blobs, DAY + BEGUN_DAYS + 1)
    assert await blobs.read(A, 0, DAY) == b"one"
    assert await blobs.held(B, DAY) is None
    await swept(blobs, DAY + WHOLE_DAYS + 1)
    assert await blobs.held(A, DAY) is None


async def test_what_was_dropped_is_gone_and_may_begin_anew(blobs: BlobStore) -> None:
    await whole(blobs, A, b"one")
    await blobs.drop(A)
    await blobs.drop(B)
    assert await blobs.read(A, 0, DAY) is None
    await whole(blobs, A, b"other")
    assert await blobs.read(A, 0, DAY) == b"other"
    later = DAY + WHOLE_DAYS + 1
    await whole(blobs, A, b"later", later)
    await swept(blobs, later)
    assert await blobs.read(A, 0, later) == b"later"


async def test_there_is_room_for_so_many_bytes_and_they_come_back(blobs: BlobStore) -> None:
    await blobs.begin(A, 400_000, DAY)
    with pytest.raises(NoRoomError):
        await blobs.begin(B, 200_001, DAY)
    await blobs.begin(B, 200_000, DAY)
    await blobs.drop(A)
    await blobs.begin(b"c" * 32, 400_000, DAY)


async def test_what_was_answered_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "blobs.db"
    first = await SqliteBlobs.open(path)
    await whole(first, A, b"one")
    await first.begin(B, 2 * MAX_PIECE_BYTES, DAY)
    await first.add(B, 0, PIECE, DAY)
    copy = sqlite3.connect(path)  # past a close that could have written it
    assert copy.execute("SELECT count(*) FROM pieces").fetchone() == (2,)
    copy.close()
    await first.close()
    second = await SqliteBlobs.open(path)
    assert await second.read(A, 0, DAY) == b"one"
    assert await second.add(B, 1, PIECE, DAY) == 2 * MAX_PIECE_BYTES
    await second.close()


async def test_a_large_file_is_swept_in_steps_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "blobs.db"
    blobs = await SqliteBlobs.open(path)
    await whole(blobs, A, bytes(MAX_PIECE_BYTES * (SWEPT_AT_ONCE + 1)))
    await whole(blobs, B, b"stays")
    assert await swept(blobs, DAY + 31) == 3
    assert await blobs.sweep(DAY + 31) == 0
    await whole(blobs, A, b"one")
    await blobs.drop(A)
    await blobs.close()
    db = sqlite3.connect(path)
    assert db.execute("SELECT count(*) FROM files").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM pieces").fetchone() == (0,)
    db.close()


async def test_every_column_is_classified_and_shown(tmp_path: Path) -> None:
    blobs = await SqliteBlobs.open(tmp_path / "blobs.db")
    await whole(blobs, A, b"one")
    db = schema.open_reader(tmp_path / "blobs.db")
    live = {
        (table, column[1])
        for table in inspection.tables(db)
        for column in db.execute(f"PRAGMA table_info({table})")
    }
    assert live == set(schema.columns())
    assert {column.category for column in schema.columns().values()} <= CLASSES
    assert [row.table for row in inspection.blob_rows(db)] == ["files", "pieces"]
    db.close()
    await blobs.close()


async def test_a_disk_that_fails_to_read_is_believed_no_more(tmp_path: Path) -> None:
    broke: list[Exception] = []
    store = await SqliteBlobs.open(tmp_path / "blobs.db", broken=broke.append)
    await whole(store, A, b"one")
    store._reader.close()  # SQLite says of it what is neither full nor busy
    with pytest.raises(UnavailableError):
        await store.read(A, 0, DAY)
    with pytest.raises(UnavailableError):
        await store.begin(B, 1, DAY)
    await store.close()
    assert [type(error) for error in broke] == [sqlite3.ProgrammingError]
