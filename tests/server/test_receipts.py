"""What was delivered is recognised for a day, in bounded memory, also after a restart."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_server.limits import RECEIPT_HOURS
from doorless_server.store import receipts as module
from doorless_server.store.receipts import Receipts, digest
from doorless_server.store.schema import open_writer
from doorless_server.store.undo import Undo


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_writer(tmp_path / "relay.db")
    yield opened
    opened.close()


def digests(*numbers: int) -> list[bytes]:
    return [digest(b"box", bytes((number,)) * 16) for number in numbers]


def rows(db: sqlite3.Connection) -> int:
    (count,) = db.execute("SELECT count(*) FROM receipts").fetchone()
    return int(count)


def test_what_was_delivered_is_known_and_nothing_else(db: sqlite3.Connection) -> None:
    receipts = Receipts(db, Undo(db))
    receipts.add(db, digests(1, 2), 5)
    assert receipts.known(digests(2, 3)) == set(digests(2))


def test_a_restart_forgets_nothing(db: sqlite3.Connection) -> None:
    Receipts(db, Undo(db)).add(db, digests(1, 2), 5)
    assert Receipts(db, Undo(db)).known(digests(1, 2, 3)) == set(digests(1, 2))


def test_what_was_rolled_back_is_not_known(db: sqlite3.Connection) -> None:
    undo = Undo(db)
    receipts = Receipts(db, undo)
    receipts.add(db, digests(1), 5)
    undo.clear()
    db.execute("BEGIN")
    receipts.add(db, digests(2), 5)
    db.execute("ROLLBACK")
    undo.run()
    assert receipts.known(digests(1, 2)) == set(digests(1))
    receipts.add(db, digests(2), 5)
    assert Receipts(db, Undo(db)).known(digests(1, 2)) == set(digests(1, 2))


def test_after_a_day_the_receipt_and_its_row_are_gone(db: sqlite3.Connection) -> None:
    receipts = Receipts(db, Undo(db))
    receipts.add(db, digests(1), 5)
    receipts.add(db, digests(2), 6)
    assert receipts.sweep(db, 5 + RECEIPT_HOURS) == 0
    assert receipts.sweep(db, 6 + RECEIPT_HOURS) == 1
    assert receipts.known(digests(1, 2)) == set(digests(2))
    assert rows(db) == 1
    assert receipts.sweep(db, 99 + RECEIPT_HOURS) == 1
    assert rows(db) == 0
    receipts.add(db, digests(3), 100)
    assert Receipts(db, Undo(db)).known(digests(1, 2, 3)) == set(digests(3))


def test_a_sweep_is_a_part_of_the_work(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SWEPT_AT_ONCE", 2)
    receipts = Receipts(db, Undo(db))
    receipts.add(db, digests(1, 2, 3), 5)
    assert receipts.sweep(db, 99) == 2
    assert receipts.known(digests(1, 2, 3)) == set(digests(3))
    assert [receipts.sweep(db, 99) for _ in range(2)] == [1, 0]


@pytest.mark.claim("P5", "the ids that are remembered are bounded, and the oldest go first")
def test_memory_is_bounded_and_the_oldest_go_first(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_RECEIPTS", 3)
    receipts = Receipts(db, Undo(db))
    receipts.add(db, digests(1, 2), 5)
    receipts.add(db, digests(3, 4, 5), 6)
    receipts.trim()
    assert receipts.known(digests(1, 2, 3, 4, 5)) == set(digests(3, 4, 5))
    assert receipts.sweep(db, 6) == 2
    assert Receipts(db, Undo(db)).known(digests(1, 2, 3, 4, 5)) == set(digests(3, 4, 5))


def test_what_was_rolled_back_pushes_nothing_out(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_RECEIPTS", 3)
    undo = Undo(db)
    receipts = Receipts(db, undo)
    receipts.add(db, digests(1, 2, 3), 5)
    undo.clear()
    for _ in range(2):
        db.execute("BEGIN")
        receipts.add(db, digests(4, 5), 6)
        db.execute("ROLLBACK")
        undo.run()
    receipts.trim()
    assert receipts.known(digests(1, 2, 3, 4, 5)) == set(digests(1, 2, 3))
