"""What the stores do on a disk that has room for deleting alone."""

from contextlib import closing
from pathlib import Path

import pytest

from asked_relay import Asked, asked
from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_protocol.frames import CloseAccount, Done, Refusal, Refused, Request, Submit
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.sizes import KIB
from doorless_server.blobs import schema as blob_schema
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.limits import FILES_LOG_BYTES, FILES_MARGIN, LOG_BYTES, MAIL_MARGIN, MIB
from doorless_server.store.base import Position, UnavailableError
from doorless_server.store.space import COST, ROW, ROWS, Space
from doorless_server.store.sqlite import SqliteStore
from relay_person import Person
from told_disk import Told

ALICE = Person("alice", 1)
DAY = 86_400
GIB = 1 << 30
PAIR_BYTES = 1_618


async def signed_up(at: Asked, person: Person = ALICE) -> None:
    assert await at.does(person, person.register(), *person.upload(3)) == Done()
    assert set(await at.fill(person, 3, person.token)) == {Done()}


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


def space_of(at: Asked) -> Space:
    assert isinstance(at.store, SqliteStore)
    return at.store._space


async def taken(at: Asked, person: Person, *requests: Request) -> int:
    """Bytes of room that it was reckoned to take."""
    space = space_of(at)
    space._next_look, space._room = float("inf"), GIB
    assert await at.does(person, *requests) == Done()
    return GIB - space._room


async def test_what_is_new_is_reckoned_by_what_it_takes(tmp_path: Path) -> None:
    """Rows at places of chance touch many pages, however small they are."""
    async with asked(tmp_path) as at:
        assert await taken(at, ALICE, ALICE.register()) > ROWS * ROW + COST * 4 * KIB
        few, many = [await taken(at, ALICE, *ALICE.upload(count)) for count in (1, 33)]
        assert few > 2 * ROWS * ROW
        assert many - few > COST * 32 * PAIR_BYTES


async def reckoned(at: Asked, person: Person, request: Request) -> int:
    """Rows that it was reckoned to change, beside those of any request."""
    told = list[int]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(space_of(at), "check_writing", lambda rows=0: told.append(rows))
        assert await at.does(person, request) == Done()
    return max(told) - ROWS


async def test_what_goes_is_reckoned_by_how_much_it_is(tmp_path: Path) -> None:
    """Or who takes a stolen device off would be refused for mail that is not there."""
    alice = Person("alice", 1)
    other = DeviceKeys.draw(alice.random)
    async with asked(tmp_path) as at:
        await signed_up(at, alice)
        alone = alice.manifest
        added = alice.publish(alice.listing(alice.device, other, after=alone))
        assert await reckoned(at, alice, added) == 0
        token, mails = alice.token, [alice.random(16) for _ in range(5)]
        submits = [Submit(other.mailbox, token, each, bytes(2048)) for each in mails]
        assert set((await at.relay.submit(submits, at.now))[0]) == {Done()}
        removed = alice.publish(alice.listing(alice.device, after=alice.manifest))
        assert 5 <= await reckoned(at, alice, removed) < 10
        assert 3 + 3 + 3 <= await reckoned(at, alice, CloseAccount()) < 40


async def test_a_sweep_reckons_the_prekeys_that_it_forgets(tmp_path: Path) -> None:
    async with asked(tmp_path) as at:
        await signed_up(at)
        told = list[int]()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(space_of(at), "check_writing", lambda rows=0: told.append(rows))
            for day in (at.now // DAY, at.now // DAY + 1_000):
                await at.store.sweep(0, day)
        before, after = told
        assert after - before >= 3 + 3


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
