"""What the stores do on a disk that has room for deleting alone."""

from contextlib import closing
from pathlib import Path

import pytest

from asked_relay import Asked, asked
from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_protocol.frames import Done, Refusal, Refused
from doorless_server.blobs import schema as blob_schema
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.limits import FILES_LOG_BYTES, FILES_MARGIN, LOG_BYTES, MAIL_MARGIN, MIB
from doorless_server.store.base import Position, UnavailableError
from doorless_server.store.sqlite import SqliteStore
from relay_person import Person
from told_disk import Told

ALICE = Person("alice", 1)


async def signed_up(at: Asked) -> None:
    assert await at.does(ALICE, ALICE.register(), *ALICE.upload(3)) == Done()
    assert set(await at.fill(ALICE, 3, ALICE.token)) == {Done()}


@pytest.mark.claim("P8", "a disk on which only deleting has room refuses what is new, and deletes")
async def test_only_deleting_has_room(disk: Told, tmp_path: Path) -> None:
    async with asked(tmp_path) as at:
        await signed_up(at)
        disk.free = LOG_BYTES
        at.store._space._next_look = 0.0  # type: ignore[attr-defined]
        with pytest.raises(UnavailableError):
            await at.fill(ALICE, 1, ALICE.token)
        bob = Person("bob", 2)
        for refused in (await at.does(bob, bob.register()), await at.does(ALICE, *ALICE.upload(3))):
            assert isinstance(refused, Refused)
            assert refused.reason == Refusal.BUSY
        mailbox = ALICE.device.mailbox
        mails = await at.relay.waiting(mailbox, Position(0), 10, MIB)
        await at.relay.acknowledge([(mailbox, mail.id) for mail in mails], at.now)
        assert await at.relay.waiting(mailbox, Position(0), 10, MIB) == []


async def test_prekeys_are_reckoned_by_what_they_take(disk: Told, tmp_path: Path) -> None:
    async with asked(tmp_path) as at:
        await signed_up(at)
        store = at.store
        assert isinstance(store, SqliteStore)
        store._space._next_look = float("inf")  # until what was taken since the last one is all
        store._space._room = 0
        asked_before = disk.asked
        assert await at.does(ALICE, *ALICE.upload(3)) == Done()
        assert disk.asked > asked_before


async def test_files_yield_before_envelopes_do(disk: Told, tmp_path: Path) -> None:
    blobs = await SqliteBlobs.open(tmp_path / "blobs.db")
    await blobs.begin(bytes(32), 100, 1)
    disk.free = (LOG_BYTES + MAIL_MARGIN + FILES_LOG_BYTES + FILES_MARGIN) // 2
    blobs._space._next_look = 0.0
    with pytest.raises(UnavailableError):
        await blobs.begin(bytes([1]) * 32, 100, 1)
    with pytest.raises(UnavailableError):
        await blobs.add(bytes(32), 0, bytes(100), 1)
    await blobs.drop(bytes(32))
    assert await blobs.held(bytes(32), 1) is None
    await blobs.close()
    async with asked(tmp_path) as at:
        await signed_up(at)


async def test_who_is_refused_has_a_long_log_folded_back_and_cut(
    disk: Told, tmp_path: Path
) -> None:
    """Nothing more is written that would have it done: not mail, and not a deletion."""
    blobs = await SqliteBlobs.open(tmp_path / "blobs.db")
    with closing(blob_schema.open_reader(tmp_path / "blobs.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM files").fetchone()
        await blobs.begin(bytes(32), 4 * MIB, 1)
        for place in range(8):
            await blobs.add(bytes(32), place, bytes(MAX_PIECE_BYTES), 1)
        reader.execute("ROLLBACK")
    log = tmp_path / "blobs.db-wal"
    assert log.stat().st_size > 8 * MAX_PIECE_BYTES
    disk.free = 0
    blobs._space._next_look = 0.0
    with pytest.raises(UnavailableError):
        await blobs.add(bytes(32), 8, bytes(MAX_PIECE_BYTES), 1)
    await blobs.writer.run(lambda _db: None)
    assert log.stat().st_size == 0
    await blobs.close()
