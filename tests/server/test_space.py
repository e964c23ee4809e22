"""New mail leaves room on the disk for the log to be folded back, and for deletions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from asked_relay import Asked, asked
from doorless_protocol.frames import Done, Refusal, Refused
from doorless_server import events
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.limits import (
    FILES_MARGIN,
    LEAST_DISK,
    LOG_BYTES,
    LOG_RESERVE,
    MAIL_MARGIN,
    MIB,
)
from doorless_server.store import space as module
from doorless_server.store.base import Position, UnavailableError
from doorless_server.store.schema import open_reader, open_writer
from doorless_server.store.space import COST, LOOK, Sort, Space
from relay_person import Person

ALICE = Person("alice", 1)
PAGE = 4096


class Disk:
    """What a disk of `size` bytes with `free` ones says of itself."""

    def __init__(self) -> None:
        self.size, self.free, self.asked = LEAST_DISK, LEAST_DISK, 0
        self.broken = False

    def statvfs(self, _folder: Path) -> Any:
        self.asked += 1
        if self.broken:
            raise OSError
        blocks, free = self.size // PAGE, self.free // PAGE
        return SimpleNamespace(f_blocks=blocks, f_bavail=free, f_frsize=PAGE)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(module.os, "statvfs", disk.statvfs)
    return disk


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_writer(tmp_path / "relay.db")
    yield opened
    opened.close()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[events.Event]:
    said: list[events.Event] = []
    monkeypatch.setattr(events, "say", lambda event, **_: said.append(event))
    return said


class Watched:
    """A space, whose clock a test moves."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.now, self._db, self._path = 0.0, db, path
        self.space = Space(path / "relay.db", Sort.MAIL, elapsed=lambda: self.now)

    @property
    def log(self) -> tuple[int, int]:
        """Bytes of the file, and those that are to be folded back."""
        return module._logs(self._path)["relay.db-wal"]

    @property
    def least(self) -> int:
        """Bytes that the disk has to have free while nothing was deleted, in whole pages."""
        size, unfolded = self.log
        free = module._free_within(self._db)
        return whole(LOG_BYTES - size + unfolded + MAIL_MARGIN - free)

    def takes(self, size: int = 0, *, after: float = LOOK) -> bool:
        self.now += after
        try:
            self.space.take(self._db, size)
        except UnavailableError:
            return False
        return True


def whole(size: int) -> int:
    return -(-size // PAGE) * PAGE


@pytest.fixture
def space(tmp_path: Path, db: sqlite3.Connection) -> Watched:
    return Watched(tmp_path, db)


def filled(db: sqlite3.Connection, size: int) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS filled (value BLOB) STRICT")
    db.execute("INSERT INTO filled VALUES (zeroblob(?))", (size,))


def emptied(db: sqlite3.Connection) -> None:
    """What was in the table is free within the database, and the log is empty."""
    db.execute("DELETE FROM filled")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def test_the_log_has_room_to_grow_and_to_be_folded_back(disk: Disk, space: Watched) -> None:
    disk.free = space.least
    assert space.takes()
    disk.free -= PAGE
    assert not space.takes()


def test_what_the_log_holds_is_room_that_the_database_needs(
    disk: Disk, space: Watched, db: sqlite3.Connection
) -> None:
    """What is in it already spares its growth, what was folded back the database's."""
    filled(db, 4 * MIB)
    size, unfolded = space.log
    assert 4 * MIB < unfolded <= size
    disk.free = space.least
    assert space.takes()
    db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert space.log == (size, 0)
    disk.free -= whole(unfolded)  # which the database grew by
    assert space.takes()
    disk.free = space.least - PAGE
    assert not space.takes()


def test_a_reader_keeps_what_it_holds_from_being_folded_back(
    space: Watched, db: sqlite3.Connection, tmp_path: Path
) -> None:
    filled(db, MIB)
    with closing(open_reader(tmp_path / "relay.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM filled").fetchone()
        filled(db, 4 * MIB)
        _, pages, folded = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        (page,) = db.execute("PRAGMA page_size").fetchone()
        assert 4 * MIB < space.log[1] == (pages - folded) * page


def test_every_log_on_the_disk_is_to_be_folded_back(
    disk: Disk, space: Watched, tmp_path: Path
) -> None:
    """Else files would take what the envelopes' log needs that a backup held."""
    with closing(open_writer(tmp_path / "other.db")) as other:
        filled(other, 4 * MIB)
        _, unfolded = module._logs(tmp_path)["other.db-wal"]
        assert unfolded > 4 * MIB
        disk.free = space.least + unfolded
        assert space.takes()
        disk.free -= PAGE
        assert not space.takes()


def test_of_a_log_that_nobody_has_open_all_is_reckoned(tmp_path: Path) -> None:
    (tmp_path / "left.db-wal").write_bytes(bytes(4 * PAGE))
    assert module._logs(tmp_path) == {"left.db-wal": (4 * PAGE, 4 * PAGE)}


def test_what_was_deleted_is_room(disk: Disk, space: Watched, db: sqlite3.Connection) -> None:
    filled(db, 4 * MIB)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    disk.free = space.least - MIB
    assert not space.takes()
    emptied(db)
    assert space.takes()


def test_what_was_deleted_is_no_room_for_the_log(
    disk: Disk, space: Watched, db: sqlite3.Connection
) -> None:
    """A backup may hold it, and then it grows on the disk by whatever comes."""
    filled(db, 2 * MAIL_MARGIN)
    emptied(db)
    disk.free = LOG_BYTES
    assert space.takes()
    disk.free -= PAGE
    assert not space.takes()


def test_a_log_beyond_its_bound_leaves_the_reserve(
    disk: Disk, space: Watched, db: sqlite3.Connection
) -> None:
    """As while a backup holds it, in a database that was drained."""
    filled(db, 2 * (LOG_BYTES + MAIL_MARGIN))
    emptied(db)
    filled(db, LOG_BYTES)
    assert space.log[0] > LOG_BYTES
    disk.free = LOG_RESERVE
    assert space.takes()
    disk.free -= PAGE
    assert not space.takes()


def test_what_is_refused_is_told_once(disk: Disk, space: Watched, said: list[events.Event]) -> None:
    """Whatever comes by turns: room for a little is not room for much."""
    disk.free = space.least + COST * MIB
    for _ in range(3):
        assert not space.takes(2 * MIB)
        assert space.takes(PAGE)
        space.space.settled()
    assert said == [events.SPACE_IS_SHORT]
    disk.free = space.least + 2 * COST * MIB + LOG_RESERVE - PAGE
    assert space.takes()
    assert said == [events.SPACE_IS_SHORT]
    disk.free += PAGE
    assert space.takes()
    assert said == [events.SPACE_IS_SHORT, events.SPACE_IS_ENOUGH]


def test_the_disk_is_not_asked_for_each_envelope(disk: Disk, space: Watched) -> None:
    assert space.takes()
    for _ in range(9):
        assert space.takes(PAGE, after=LOOK / 10)
    assert disk.asked == 1
    disk.free = 0
    assert not space.takes(after=LOOK / 5)
    assert disk.asked == 2


def test_what_was_stored_since_the_last_look_is_reckoned(disk: Disk, space: Watched) -> None:
    disk.free = space.least + 3 * COST * MIB - PAGE
    assert space.takes(MIB)
    assert space.takes(MIB, after=0)
    assert disk.asked == 1
    assert not space.takes(MIB, after=0)
    assert disk.asked == 2


def test_what_is_committed_is_on_the_disk(disk: Disk, space: Watched) -> None:
    disk.free = space.least + 3 * COST * MIB - PAGE
    assert space.takes(2 * MIB)
    space.space.settled()
    assert space.takes(2 * MIB)
    assert not space.takes(MIB)


def test_a_small_disk_is_filled(disk: Disk, space: Watched) -> None:
    disk.size, disk.free = LEAST_DISK - PAGE, 0
    assert space.takes()


def test_a_disk_that_does_not_tell_is_written_to(disk: Disk, space: Watched) -> None:
    disk.broken = True
    assert space.takes()


async def signed_up(at: Asked) -> None:
    assert await at.does(ALICE, ALICE.register(), *ALICE.upload(3)) == Done()
    assert set(await at.fill(ALICE, 3, ALICE.token)) == {Done()}


@pytest.mark.claim("P8", "a disk on which only deleting has room refuses what is new, and deletes")
async def test_only_deleting_has_room(disk: Disk, tmp_path: Path) -> None:
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


async def test_files_yield_before_envelopes_do(disk: Disk, tmp_path: Path) -> None:
    blobs = await SqliteBlobs.open(tmp_path / "blobs.db")
    await blobs.begin(bytes(32), 100, 1)
    disk.free = LOG_BYTES + (MAIL_MARGIN + FILES_MARGIN) // 2
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
