"""Acknowledged envelopes are deleted together, soon, and before anybody looks."""

import asyncio
from pathlib import Path

import pytest

from doorless_server.store.base import Arriving, Listing, Position, Seat, UnavailableError
from doorless_server.store.gathering import ENOUGH, MOST, Delivered, Gathering
from doorless_server.store.sqlite import SqliteStore

BOX = b"box of phone"
LISTING = Listing(1, b"h", b"p", b"head", b"manifest", (Seat(b"a", b"phone", BOX, b"key"),), ())


def pairs(*numbers: int) -> list[tuple[bytes, bytes]]:
    return [(BOX, number.to_bytes(16, "big")) for number in numbers]


class Disk:
    """Takes what is to be deleted, and says that it is when told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Delivered, int]] = []
        self.dropped: list[asyncio.Future[None]] = []
        self.full = False

    def drop(self, delivered: Delivered, hour: int) -> "asyncio.Future[None]":
        if self.full:
            raise UnavailableError("full")
        self.asked.append((delivered, hour))
        self.dropped.append(asyncio.get_running_loop().create_future())
        return self.dropped[-1]


async def test_few_wait_for_each_other_and_are_asked_for_once() -> None:
    disk = Disk()
    gathering = Gathering(disk.drop)
    gathering.add(pairs(1, 2), 5)
    gathering.add(pairs(3), 6)
    assert disk.asked == []
    gathering.flush()
    gathering.flush()
    assert disk.asked == [(pairs(1, 2, 3), 6)]


async def test_many_do_not_wait() -> None:
    disk = Disk()
    gathering = Gathering(disk.drop)
    gathering.add(pairs(*range(MOST - 1)), 0)
    assert disk.asked == []
    gathering.add(pairs(MOST), 0)
    assert [len(delivered) for delivered, _ in disk.asked] == [MOST]


async def test_enough_share_the_next_commit() -> None:
    disk = Disk()
    gathering = Gathering(disk.drop)
    gathering.add(pairs(*range(ENOUGH - 1)), 0)
    gathering.join()
    assert disk.asked == []
    gathering.add(pairs(ENOUGH), 0)
    assert disk.asked == []
    gathering.join()
    assert [len(delivered) for delivered, _ in disk.asked] == [ENOUGH]


async def test_each_is_told_once_it_is_on_the_disk() -> None:
    disk = Disk()
    gathering = Gathering(disk.drop)
    first, second = gathering.add(pairs(1), 0), gathering.add(pairs(2), 0)
    first.cancel()  # one that no longer asks is not in the way of the others
    gathering.flush()
    await asyncio.sleep(0)
    assert not second.done()
    disk.dropped[0].set_result(None)
    await second


async def test_a_disk_that_fails_is_told_to_each() -> None:
    disk = Disk()
    gathering = Gathering(disk.drop)
    first, second = gathering.add(pairs(1), 0), gathering.add(pairs(2), 0)
    gathering.flush()
    disk.dropped[0].set_exception(UnavailableError("gone"))
    for each in (first, second):
        with pytest.raises(UnavailableError):
            await each
    disk.full = True
    third = gathering.add(pairs(3), 0)
    gathering.flush()
    with pytest.raises(UnavailableError):
        await third


@pytest.fixture
async def store(tmp_path: Path) -> SqliteStore:
    held = await SqliteStore.open(tmp_path / "relay.db")
    await held.create("alice", LISTING, b"t" * 32, 1)
    mails = [Arriving(BOX, envelope_id, bytes(2048), b"t" * 32) for _, envelope_id in pairs(1, 2)]
    await held.put(mails, 0, 0)
    return held


async def test_an_idle_store_deletes_by_itself(store: SqliteStore) -> None:
    await asyncio.wait_for(store.drop(pairs(1), 0), 60)
    await store.close()


async def test_whoever_reads_finds_deleted_what_was_acknowledged_before(store: SqliteStore) -> None:
    drop = asyncio.ensure_future(store.drop(pairs(1), 0))
    await asyncio.sleep(0)
    assert not drop.done()
    mails = await store.waiting(BOX, Position(0), 10, 1 << 20)
    assert [mail.id for mail in mails] == [envelope_id for _, envelope_id in pairs(2)]
    await drop
    await store.close()


async def test_closing_deletes_first(store: SqliteStore, tmp_path: Path) -> None:
    drop = asyncio.ensure_future(store.drop(pairs(1, 2), 0))
    await asyncio.sleep(0)
    await store.close()
    await drop
    again = await SqliteStore.open(tmp_path / "relay.db")
    assert await again.waiting(BOX, Position(0), 10, 1 << 20) == []
    await again.close()
