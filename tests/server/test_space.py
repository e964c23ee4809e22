"""New mail leaves room on the disk for the log to be folded back, and for deletions."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from asked_relay import Asked, asked
from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_protocol.frames import Done, Refusal, Refused
from doorless_server import events
from doorless_server.blobs import schema as blob_schema
from doorless_server.blobs.sqlite import SqliteBlobs
from doorless_server.limits import (
    DELETIONS,
    FILES_LOG_BYTES,
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
from doorless_server.store.space import COST, LOOK, ROW, ROWS, Disk, Sort, Space
from relay_person import Person

ALICE = Person("alice", 1)
PAGE = 4096


class Told:
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
def disk(monkeypatch: pytest.MonkeyPatch) -> Told:
    disk = Told()
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
        self.now, self._db, self.disk = 0.0, db, Disk(path)
        self._log = path / "relay.db-wal"
        elapsed = lambda: self.now  # noqa: E731
        self.space = Space(db, path / "relay.db", Sort.MAIL, self.disk, elapsed=elapsed)

    @property
    def log(self) -> int:
        return self._log.stat().st_size

    @property
    def least(self) -> int:
        """Bytes that the disk has to have free, in whole pages."""
        self.space.committed()
        margin = MAIL_MARGIN - self.space._pages("freelist_count")
        return whole(LOG_BYTES - self.log + self.disk.to_fold + margin)

    def takes(self, size: int = 0, *, after: float = LOOK) -> bool:
        self.now += after
        return is_let(lambda: self.space.take(size))

    @property
    def deletes(self) -> bool:
        return is_let(self.space.check_writing)


def is_let(ask: Callable[[], None]) -> bool:
    try:
        ask()
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


def folded_back(db: sqlite3.Connection) -> None:
    """The log is empty."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def emptied(db: sqlite3.Connection) -> None:
    """What was in the table is free within the database."""
    db.execute("DELETE FROM filled")
    folded_back(db)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """A reader keeps all that is written from now on in the log."""
    with closing(open_reader(path / "relay.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield


def test_the_log_has_room_to_grow_and_to_be_folded_back(disk: Told, space: Watched) -> None:
    disk.free = space.least
    assert space.takes()
    disk.free -= PAGE
    assert not space.takes()


def test_the_database_grows_by_what_its_log_holds_and_not_twice(
    disk: Told, space: Watched, db: sqlite3.Connection
) -> None:
    filled(db, 4 * MIB)
    disk.free = space.least
    to_fold = space.disk.to_fold
    assert 4 * MIB < to_fold < space.log
    assert space.takes()
    db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert space.disk.to_fold == 0
    disk.free -= to_fold
    assert space.takes()
    disk.free -= PAGE
    assert not space.takes()


def test_what_is_written_over_adds_nothing(
    space: Watched, db: sqlite3.Connection, tmp_path: Path
) -> None:
    """Such pages are in the database already, however long the log gets."""
    filled(db, 4 * MIB)
    folded_back(db)
    space.space.committed()
    with held(tmp_path):
        db.execute("UPDATE filled SET value = randomblob(length(value))")
        space.space.committed()
        assert space.log > 4 * MIB
        assert space.disk.to_fold == 0


def test_the_logs_of_others_are_to_be_folded_back_too(
    disk: Told, space: Watched, tmp_path: Path
) -> None:
    """Else files would take what the envelopes' log needs that a backup held."""
    other = tmp_path / "other.db"
    before = space.least
    with closing(open_writer(other)) as db:
        shared = Space(db, other, Sort.FILES, space.disk)
        filled(db, 4 * MIB)
        shared.committed()
        disk.free = space.least
        assert disk.free > before + 4 * MIB
        assert space.takes()
        disk.free -= PAGE
        assert not space.takes()


def test_what_was_deleted_is_room(disk: Told, space: Watched, db: sqlite3.Connection) -> None:
    filled(db, 4 * MIB)
    folded_back(db)
    disk.free = space.least - MIB
    assert not space.takes()
    emptied(db)
    assert space.takes()


def test_what_was_deleted_is_no_room_for_the_log(
    disk: Told, space: Watched, db: sqlite3.Connection
) -> None:
    """A backup may hold it, and then it grows on the disk by whatever comes."""
    filled(db, 2 * MAIL_MARGIN)
    emptied(db)
    disk.free = LOG_BYTES
    assert space.takes()
    disk.free -= PAGE
    assert not space.takes()


def test_a_log_beyond_its_bound_leaves_the_reserve(
    disk: Told, space: Watched, db: sqlite3.Connection
) -> None:
    """As while a backup holds it, in a database that was drained."""
    filled(db, LOG_BYTES + 2 * MAIL_MARGIN)
    emptied(db)
    filled(db, LOG_BYTES)
    space.space.committed()
    assert space.log > LOG_BYTES
    disk.free = DELETIONS + MAIL_MARGIN
    assert space.takes()
    disk.free -= PAGE
    assert not space.takes()


def test_deletions_leave_room_for_folding_a_log_back_that_is_held(
    disk: Told, space: Watched, db: sqlite3.Connection, tmp_path: Path
) -> None:
    with held(tmp_path):
        filled(db, LOG_BYTES)
        space.space.committed()
        disk.free = whole(space.disk.to_fold + LOG_RESERVE + ROWS * ROW)
        assert space.deletes
        disk.free -= PAGE
        assert not space.deletes
        disk.free += PAGE + ROWS * ROW
        assert space.deletes
        assert not space.deletes  # beside what is not committed
        space.space.committed()
        assert space.deletes
        space.space.committed()
    disk.free = 0
    folded_back(db)
    assert space.deletes


def test_a_log_that_gets_no_longer_is_deleted_into(disk: Told, space: Watched) -> None:
    disk.free = 0
    assert space.deletes


def test_looking_drops_no_lock(tmp_path: Path, space: Watched, db: sqlite3.Connection) -> None:
    """To close a file that SQLite has open, too, would drop all that this process holds on it."""
    db.execute("BEGIN IMMEDIATE")
    assert space.takes()
    assert space.deletes
    program = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)\n"
        "db.execute('BEGIN IMMEDIATE')\n"
    )
    other = [sys.executable, "-c", program, str(tmp_path / "relay.db")]
    refused = subprocess.run(other, capture_output=True, text=True, check=False)
    assert "database is locked" in refused.stderr
    db.execute("ROLLBACK")
    space.space.undone()
    assert subprocess.run(other, check=False).returncode == 0


def test_what_is_refused_is_told_once(disk: Told, space: Watched, said: list[events.Event]) -> None:
    """Whatever comes by turns: room for a little is not room for much."""
    disk.free = space.least + COST * MIB
    for _ in range(3):
        assert not space.takes(2 * MIB)
        assert space.takes(PAGE)
        space.space.committed()
    assert said == [events.SPACE_IS_SHORT]
    disk.free = space.least + 2 * COST * MIB + LOG_RESERVE - PAGE
    assert space.takes()
    assert said == [events.SPACE_IS_SHORT]
    disk.free += PAGE
    assert space.takes()
    assert said == [events.SPACE_IS_SHORT, events.SPACE_IS_ENOUGH]


def test_the_disk_is_not_asked_for_each_envelope(disk: Told, space: Watched) -> None:
    assert space.takes()
    for _ in range(9):
        assert space.takes(PAGE, after=LOOK / 10)
    assert disk.asked == 1
    disk.free = 0
    assert not space.takes(after=LOOK / 5)
    assert disk.asked == 2


def test_what_was_stored_since_the_last_look_is_reckoned(disk: Told, space: Watched) -> None:
    disk.free = space.least + 3 * COST * MIB - PAGE
    assert space.takes(MIB)
    assert space.takes(MIB, after=0)
    assert disk.asked == 1
    assert not space.takes(MIB, after=0)
    assert disk.asked == 2


def test_what_is_committed_is_on_the_disk(disk: Told, space: Watched) -> None:
    disk.free = space.least + 3 * COST * MIB - PAGE
    assert space.takes(2 * MIB)
    space.space.committed()
    assert space.takes(2 * MIB)
    assert not space.takes(MIB)


def test_a_small_disk_is_filled(disk: Told, space: Watched) -> None:
    disk.size, disk.free = LEAST_DISK - PAGE, 0
    assert space.takes()


def test_a_disk_that_does_not_tell_is_written_to(disk: Told, space: Watched) -> None:
    disk.broken = True
    assert space.takes()


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
