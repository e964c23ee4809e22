"""New mail leaves room on the disk for the log to be folded back, and for deletions."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from doorless_server import events
from doorless_server.limits import (
    DELETIONS,
    LEAST_DISK,
    LOG_BYTES,
    LOG_RESERVE,
    MAIL_MARGIN,
    MIB,
)
from doorless_server.store.base import UnavailableError
from doorless_server.store.disk import Disk
from doorless_server.store.schema import open_reader, open_writer
from doorless_server.store.space import COST, LOOK, ROW, ROWS, Sort, Space
from told_disk import PAGE, Told


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
