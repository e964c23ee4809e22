"""S22: somebody reads the database and does not end, while mail goes on coming."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doorless_server import datadir, limits
from doorless_server.__main__ import main
from doorless_server.limits import MIB, Bounds
from doorless_server.store import checkpoint
from doorless_server.store.base import Arriving, Fate, Listing, Seat, UnavailableError
from doorless_server.store.sqlite import SqliteStore

LOG_BYTES, RESERVE, PAGES = 2 * MIB, MIB // 4, 50
"""A small relay's: what it does is the same at 64 MiB, and takes a thirtieth of the time."""

SIZE, AT_ONCE = 16_384, 8


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "LOG_BYTES", LOG_BYTES)
    monkeypatch.setattr(checkpoint, "KEPT_BYTES", LOG_BYTES // 2)
    monkeypatch.setattr(checkpoint, "RESTART_PAGES", PAGES)
    monkeypatch.setattr(checkpoint, "PERIOD", 0.005)
    monkeypatch.setattr(checkpoint, "LOG_RESERVE", RESERVE)


async def opened(path: Path) -> SqliteStore:
    store = await SqliteStore.open(path, Bounds(waiting=100_000, size=1 << 40))
    seat = Seat(b"account", b"device", b"mailbox", b"key")
    await store.create("bob", Listing(1, b"h", b"p", b"", b"", (seat,), ()), b"token", 1)
    return store


def batch(number: int) -> list[Arriving]:
    ids = range(number * AT_ONCE, (number + 1) * AT_ONCE)
    return [Arriving(b"mailbox", each.to_bytes(16), bytes(SIZE), b"token") for each in ids]


async def sent(store: SqliteStore, batches: range) -> int:
    """Bring batches until one is refused; how many were taken."""
    for at, number in enumerate(batches):
        try:
            fates = await store.put(batch(number), 0, 0)
        except UnavailableError:
            return at
        assert not any(isinstance(fate, Fate) for fate in fates)
    return len(batches)


@pytest.mark.attack(
    "S22",
    "a reader that does not end makes the write-ahead log no larger than its bound; new mail is "
    "put off until it ends, and what was taken stays",
    weaken={"doorless_server.store.checkpoint.fits": lambda *_: True},
)
async def test_a_stuck_reader_does_not_fill_the_disk(tmp_path: Path, record: Any) -> None:
    path, log = tmp_path / "relay.db", tmp_path / "relay.db-wal"
    store = await opened(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM envelopes").fetchone() == (0,)
        taken = await sent(store, range(40))
        assert log.stat().st_size <= LOG_BYTES
        assert 5 < taken < 40
        share = log.stat().st_size / LOG_BYTES * 100
        record("S22", "the log beside a stuck reader", share, "% of its bound", "<= 100")
        await store.drop([(b"mailbox", each.id) for each in batch(0)], 0)
        assert log.stat().st_size <= LOG_BYTES
        reader.execute("COMMIT")
    more = 0

    async def goes_on() -> bool:
        nonlocal more
        more += await sent(store, range(100 + more, 101 + more))
        return more > 20  # more than the log holds

    while not await goes_on():
        pass
    assert log.stat().st_size <= LOG_BYTES
    held: Any = store._writer._db
    (kept,) = held.execute("SELECT count(*) FROM envelopes").fetchone()
    assert kept == (taken - 1 + more) * AT_ONCE
    await store.close()


async def test_a_backup_may_hold_the_log_for_longer(tmp_path: Path) -> None:
    path = tmp_path / "relay.db"
    store = await opened(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM envelopes").fetchone()
        with datadir.copying(tmp_path):
            assert await sent(store, range(40)) == 40
        assert await sent(store, range(40, 400)) < 360, "another reader is a reader"
        once, twice = datadir.copying(tmp_path), datadir.copying(tmp_path)
        with pytest.raises(datadir.DataError, match="another backup"), once, twice:
            pytest.fail("two at once")
    await store.close()


async def test_without_a_reader_nothing_is_put_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "LOG_BYTES", limits.LOG_BYTES)
    store = await opened(tmp_path / "relay.db")
    assert await sent(store, range(60)) == 60
    await store.close()


class Pager:
    """Somebody who looks at the first line for long, while the relay goes on writing."""

    def __init__(self, path: Path) -> None:
        self.path, self.left = path, -1

    def write(self, text: str) -> int:
        if self.left < 0 and text.strip():
            with closing(sqlite3.connect(self.path)) as db, db:
                db.execute("INSERT INTO receipts VALUES (9, x'09', 9)")
            with closing(sqlite3.connect(self.path)) as db:
                _, pages, copied = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                self.left = pages - copied
        return len(text)

    def flush(self) -> None:
        """There is nothing to flush."""


async def test_who_pages_through_what_is_held_holds_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened(tmp_path / "relay.db")
    await sent(store, range(3))
    pager = Pager(tmp_path / "relay.db")
    monkeypatch.setattr(sys, "stdout", pager)
    assert main(["inspect", "--data", str(tmp_path)]) == 0
    monkeypatch.undo()
    assert pager.left == 0
    await store.close()
