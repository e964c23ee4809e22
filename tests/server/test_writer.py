"""What the disk refuses was not done, and nobody is told that it was."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from doorless_server import events
from doorless_server.store.base import (
    Arriving,
    Fate,
    Listing,
    Position,
    Seat,
    TakenError,
    UnavailableError,
)
from doorless_server.store.schema import open_writer
from doorless_server.store.sqlite import SqliteStore
from doorless_server.store.writer import Writer

SEAT = Seat(b"alice", b"phone", b"box", b"key")
LISTING = Listing(1, b"h", b"p", b"head", b"manifest", (SEAT,), ())


class Disk:
    """A writer over a database, and what it reported."""

    def __init__(self, path: Path) -> None:
        self.db = open_writer(path)
        self.forgotten = 0
        self.broke: list[Exception] = []
        self.commits = 0
        self.writer = Writer(
            self.db,
            forget=self._forget,
            committed=self._committed,
            broken=self.broke.append,
        )

    def _forget(self) -> None:
        self.forgotten += 1

    def _committed(self) -> None:
        assert not self.db.in_transaction
        self.commits += 1


def insert(value: int) -> object:
    return lambda db: db.execute("INSERT INTO numbers VALUES (?)", (value,)) and value


@pytest.fixture
async def disk(tmp_path: Path) -> object:
    held = Disk(tmp_path / "relay.db")
    held.db.execute("CREATE TABLE numbers (value INTEGER) STRICT")
    yield held
    await held.writer.close()


async def test_work_that_waited_together_is_committed_in_order(disk: Disk) -> None:
    futures = [disk.writer.run(insert(number)) for number in range(50)]
    assert [await future for future in futures] == list(range(50))
    seen = await disk.writer.run(lambda db: db.execute("SELECT value FROM numbers").fetchall())
    assert seen == [(number,) for number in range(50)]


async def test_a_refusal_is_its_callers_alone(disk: Disk) -> None:
    def refuse(_db: sqlite3.Connection) -> None:
        raise TakenError("handle")

    before, refused, after = (disk.writer.run(work) for work in (insert(1), refuse, insert(2)))
    assert (await before, await after) == (1, 2)
    with pytest.raises(TakenError):
        await refused


@pytest.mark.claim("P8", "a full disk refuses, and passes; nothing that was taken is dropped")
async def test_a_full_disk_is_told_and_passes(disk: Disk) -> None:
    (pages,) = disk.db.execute("PRAGMA page_count").fetchone()
    disk.db.execute(f"PRAGMA max_page_count = {pages}")
    big = disk.writer.run(lambda db: db.execute("CREATE TABLE big AS SELECT zeroblob(99999) AS b"))
    with pytest.raises(UnavailableError):
        await big
    assert disk.forgotten
    assert not disk.broke
    disk.db.execute("PRAGMA max_page_count = 100000")
    assert await disk.writer.run(insert(7)) == 7


async def test_what_finds_room_on_a_full_disk_is_not_undone_with_what_does_not(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_big(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO mail VALUES (zeroblob(99999))")

    def count(db: sqlite3.Connection) -> int:
        return int(db.execute("SELECT count(*) FROM mail").fetchone()[0])

    def delete(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM mail")

    said: list[events.Event] = []
    monkeypatch.setattr(events, "say", lambda event, **_: said.append(event))
    disk.db.execute("CREATE TABLE mail (envelope BLOB) STRICT")
    disk.db.execute("INSERT INTO mail VALUES (x'00')")
    (pages,) = disk.db.execute("PRAGMA page_count").fetchone()
    disk.db.execute(f"PRAGMA max_page_count = {pages}")
    works = (too_big, count, too_big, count, too_big)  # those with which it begins, too
    told = await asyncio.gather(*map(disk.writer.run, works), return_exceptions=True)
    assert [isinstance(each, UnavailableError) for each in told] == [True, False] * 2 + [True]
    assert (told[1], told[3]) == (1, 1)
    assert said == [events.DISK_REFUSES]
    works = (too_big, delete, count)
    told = await asyncio.gather(*map(disk.writer.run, works), return_exceptions=True)
    assert isinstance(told[0], UnavailableError)
    assert told[1:] == [None, 0]
    assert said == [events.DISK_REFUSES, events.DISK_WORKS_AGAIN]


async def test_a_lock_of_somebody_else_is_waited_for_once(disk: Disk, tmp_path: Path) -> None:
    """All that waits is refused then: each of it would wait as long."""
    disk.db.execute("PRAGMA busy_timeout = 50")
    other = open_writer(tmp_path / "relay.db")
    other.execute("BEGIN IMMEDIATE")
    works = map(disk.writer.run, (insert(number) for number in range(9)))
    told = await asyncio.gather(*works, return_exceptions=True)
    assert [type(each) for each in told] == [UnavailableError] * 9
    assert disk.writer.failed == 2
    other.execute("ROLLBACK")
    assert await disk.writer.run(insert(9)) == 9
    other.close()


async def test_memory_that_cannot_go_back_ends_it(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget() -> None:
        raise MemoryError

    monkeypatch.setattr(disk.writer, "_forget", forget)
    disk.db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(UnavailableError):
        await disk.writer.run(lambda db: db.execute("CREATE TABLE more (a)"))
    with pytest.raises(UnavailableError):
        await disk.writer.run(insert(1))
    assert [type(error) for error in disk.broke] == [MemoryError]


async def test_after_a_failed_disk_nothing_is_accepted_any_more(disk: Disk) -> None:
    def fail(_db: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(UnavailableError):
        await disk.writer.run(fail)
    with pytest.raises(UnavailableError):
        await disk.writer.run(insert(1))
    assert [str(error) for error in disk.broke] == ["disk I/O error"]
    assert disk.db.execute("SELECT count(*) FROM numbers").fetchone() == (0,)


async def test_what_waited_while_the_disk_failed_is_not_done(disk: Disk) -> None:
    def fail(_db: sqlite3.Connection) -> None:
        waiting.append(disk.writer.run(insert(1)))
        raise sqlite3.OperationalError("disk I/O error")

    waiting: list[asyncio.Future[object]] = []
    with pytest.raises(UnavailableError):
        await disk.writer.run(fail)
    with pytest.raises(UnavailableError):
        await waiting[0]
    assert disk.db.execute("SELECT count(*) FROM numbers").fetchone() == (0,)


async def test_a_commit_is_not_told_when_the_disk_failed_elsewhere_meanwhile(disk: Disk) -> None:
    def fails_elsewhere(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO numbers VALUES (1)")
        disk.writer.fail(sqlite3.OperationalError("disk I/O error"))
        disk.writer.fail(sqlite3.OperationalError("and again"))

    with pytest.raises(UnavailableError):
        await disk.writer.run(fails_elsewhere)
    assert len(disk.broke) == 1


async def test_a_mistake_of_ours_undoes_everything_that_went_with_it(disk: Disk) -> None:
    def stumble(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO numbers VALUES (1)")
        raise KeyError("a mistake")

    with pytest.raises(KeyError):
        await disk.writer.run(stumble)
    assert await disk.writer.run(lambda db: db.execute("SELECT * FROM numbers").fetchall()) == []


async def test_a_store_without_space_keeps_its_promises(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "relay.db")
    await store.create("alice", LISTING, b"t" * 32, 1)

    def limit(pages: int) -> object:
        return lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    mails = [Arriving(b"box", bytes((n,)) * 16, bytes(65536), b"t" * 32) for n in range(9)]
    await store._writer.run(limit(60))
    with pytest.raises(UnavailableError):
        await store.put(mails, 0, 0)
    assert await store.waiting(b"box", Position(0), 99, 1 << 30) == []
    await store._writer.run(limit(100_000))
    assert all(isinstance(fate, int) for fate in await store.put(mails, 0, 0))
    assert len(await store.waiting(b"box", Position(0), 99, 1 << 30)) == 9
    await store.close()


async def test_what_was_committed_before_a_refusal_stays_known(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "relay.db")
    await store.create("alice", LISTING, b"t" * 32, 1)
    mails = [Arriving(b"box", bytes((n,)) * 16, bytes(300), b"t" * 32) for n in range(3)]
    await store.put(mails, 0, 0)
    await store.drop([(b"box", mails[0].id)], 0)
    (pages,) = await store.writer.run(lambda db: db.execute("PRAGMA page_count").fetchone())
    await store.writer.run(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    for n in range(3, 6):
        with pytest.raises(UnavailableError):
            await store.put([Arriving(b"box", bytes((n,)) * 16, bytes(65536), b"t" * 32)], 0, 0)
    waiting = await store.waiting(b"box", Position(0), 99, 1 << 30)
    assert [mail.id for mail in waiting] == [mail.id for mail in mails[1:]]
    assert await store.put(mails, 0, 0) == [Fate.KNOWN] * 3
    await store.close()
