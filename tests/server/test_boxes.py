"""What the writer remembers of mailboxes is what the database says, and bounded."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_server.store import boxes as module
from doorless_server.store import sqlite_accounts as accounts
from doorless_server.store.base import Listing, Seat
from doorless_server.store.boxes import Boxes, Waiting
from doorless_server.store.places import Places
from doorless_server.store.receipts import digest
from doorless_server.store.schema import open_writer
from doorless_server.store.undo import Undo

SEATS = tuple(Seat(b"alice", b"device %d" % n, b"box %d" % n, b"key") for n in range(3))
LETTER = Waiting(1, 2048, False, digest(b"box 0", b"id"))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_writer(tmp_path / "relay.db")
    listing = Listing(1, b"h", b"p", b"head", b"manifest", SEATS, ())
    accounts.create(opened, "alice", listing, b"t" * 32, 1)
    yield opened
    opened.close()


def boxes_of(db: sqlite3.Connection) -> Boxes:
    return Boxes(Places(db, Undo(db)), Undo(db))


def stored(db: sqlite3.Connection, position: int, mailbox: bytes, *, request: bool) -> bytes:
    envelope_id = bytes((position,)) * 16
    row = (position, mailbox, envelope_id, request, 0, bytes(2048))
    db.execute("INSERT INTO envelopes VALUES (?, ?, ?, ?, ?, ?)", row)
    return envelope_id


def test_a_mailbox_is_read_with_what_waits_in_it(db: sqlite3.Connection) -> None:
    letter = stored(db, 1, b"box 0", request=False)
    request = stored(db, 2, b"box 0", request=True)
    stored(db, 3, b"box 1", request=False)
    found = boxes_of(db).find(db, b"box 0")
    assert found is not None
    assert found.waiting == {
        letter: Waiting(1, 2048, False, digest(b"box 0", letter)),
        request: Waiting(2, 2048, True, digest(b"box 0", request)),
    }
    assert (found.box.waiting, found.box.size, found.box.requests) == (1, 2048, 1)
    assert found.box.token_hash == b"t" * 32


def test_there_is_no_mailbox_that_no_device_has(db: sqlite3.Connection) -> None:
    assert boxes_of(db).find(db, b"box 9") is None


def test_what_comes_and_goes_is_counted(db: sqlite3.Connection) -> None:
    boxes = boxes_of(db)
    found = boxes.find(db, b"box 0")
    assert found is not None
    boxes.add(found, b"id", LETTER)
    assert boxes.remove(found, b"id") == LETTER
    assert boxes.remove(found, b"id") is None
    assert (found.box.waiting, found.box.size, found.waiting) == (0, 0, {})


@pytest.mark.parametrize(("bound", "most"), [("MAX_BOXES", 2), ("MAX_WAITING", 1)])
def test_the_mailbox_used_longest_ago_is_read_anew(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(module, bound, most)
    boxes = boxes_of(db)
    for seat in SEATS:
        found = boxes.find(db, seat.mailbox)
        assert found is not None
        boxes.add(found, b"id", LETTER)
    boxes.trim()
    first, last = boxes.find(db, SEATS[0].mailbox), boxes.find(db, SEATS[2].mailbox)
    assert first is not None
    assert last is not None
    assert first.waiting == {}  # as the database has it
    assert last.waiting == {b"id": LETTER}
