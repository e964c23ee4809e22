"""Every envelope that waits is found, whether its place is in memory or in the table by now."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from doorless_protocol.frames import delivery_token_hash
from doorless_server.inspection import rows
from doorless_server.limits import ENVELOPE_HOURS, Bounds
from doorless_server.store import places as places_module
from doorless_server.store import schema, sqlite_mail
from doorless_server.store import sqlite_accounts as accounts
from doorless_server.store.base import Arriving, Fate, Listing, Position, Seat
from doorless_server.store.places import Places
from doorless_server.store.schema import in_one_piece, open_writer
from doorless_server.store.sqlite_mail import MailTable
from doorless_server.store.undo import Undo

BOXES = tuple(b"box of nr. %d  " % number for number in range(8))
TOKEN = delivery_token_hash(b"t" * 16)
FEW = 12
"""Places in memory from which on mailboxes have their turns, here."""


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    monkeypatch.setattr(places_module, "ENOUGH", FEW)
    monkeypatch.setattr(places_module, "AT_LEAST", 2)
    opened = open_writer(tmp_path / "relay.db")
    seats = tuple(Seat(b"alice", b"device" + box, box, b"key") for box in BOXES)
    listing = Listing(1, b"h", b"p", b"head", b"manifest", seats, ())
    accounts.create(opened, "alice", listing, TOKEN, 1)
    yield opened
    opened.close()


class Relay:
    """A mail table, and beside it what should wait in it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db, self.mail = db, MailTable(db, Bounds())
        self.truth: dict[bytes, list[bytes]] = {box: [] for box in BOXES}
        self.number = 0

    def put(self, *boxes: bytes, hour: int = 0) -> None:
        arriving = [Arriving(box, self.draw(), bytes(300), TOKEN) for box in boxes]
        with in_one_piece(self.db):
            fates = self.mail.put(self.db, arriving, hour, 0)
        self.mail.committed()
        for each, fate in zip(arriving, fates, strict=True):
            assert not isinstance(fate, Fate)
            self.truth[each.mailbox].append(each.id)

    def put_in_vain(self, *boxes: bytes) -> None:
        """The disk refuses it."""
        arriving = [Arriving(box, self.draw(), bytes(300), TOKEN) for box in boxes]
        with suppress(KeyError), in_one_piece(self.db):
            self.mail.put(self.db, arriving, 0, 0)
            raise KeyError
        self.mail.forget()

    def drop(self, *ids: tuple[bytes, bytes], hour: int = 0) -> None:
        with in_one_piece(self.db):
            self.mail.drop(self.db, ids, hour)
        self.mail.committed()
        for box, each in ids:
            self.truth[box].remove(each)

    def forget_mailbox(self, box: bytes) -> None:
        with in_one_piece(self.db):
            self.mail.forget_mailbox(self.db, box)
        self.mail.committed()
        self.truth[box] = []

    def start_again(self) -> None:
        self.mail = MailTable(self.db, Bounds())

    def draw(self) -> bytes:
        self.number += 1
        return self.number.to_bytes(16, "big")

    def seen(self, box: bytes, after: int = 0, count: int = 1_000) -> list[bytes]:
        mails = self.mail.waiting(self.db, box, Position(after), count, 1 << 30)
        return [mail.id for mail in mails]

    def check(self) -> None:
        assert {box: self.seen(box) for box in BOXES} == self.truth
        entered, held = self.entered(), in_memory(self.mail)
        waits = set(self.db.execute("SELECT mailbox, position FROM envelopes"))
        assert entered | held == waits
        assert not entered & held
        assert len(held) <= FEW + 8
        assert len(held) == self.mail._places._count

    def entered(self) -> set[tuple[bytes, int]]:
        return set(self.db.execute("SELECT mailbox, position FROM places"))


def in_memory(mail: MailTable) -> set[tuple[bytes, int]]:
    return {
        (box, position)
        for some in mail._places._held
        for box, positions in some.items()
        for position in positions
    }


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.claim("P2", "what waits is found wherever its place is kept, after any start, too")
def test_what_waits_is_found_whatever_happened(db: sqlite3.Connection, seed: int) -> None:
    relay, dice = Relay(db), random.Random(seed)
    turns = 0
    for _ in range(300):
        boxes = dice.choices(BOXES, k=dice.randrange(1, 6))
        waits = [(box, each) for box, ids in relay.truth.items() for each in ids]
        what = dice.choices(
            ("put", "drop", "in vain", "start", "forgotten", "expired"), (12, 5, 2, 2, 1, 1)
        )[0]
        if what == "put":
            relay.put(*boxes)
        elif what == "in vain":
            relay.put_in_vain(*boxes)
        elif what == "drop":
            relay.drop(*dice.sample(waits, min(len(waits), dice.randrange(1, 12))))
        elif what == "start":
            relay.start_again()
        elif what == "forgotten":
            relay.forget_mailbox(boxes[0])
        else:
            with in_one_piece(db):
                relay.mail.sweep(db, ENVELOPE_HOURS + 1)
            relay.mail.committed()
            relay.truth = {box: [] for box in BOXES}
        relay.check()
        turns += relay.mail._places._round is not None
    assert turns > 20
    assert places_module.last_entered(db) > 0


def test_most_that_is_collected_soon_is_never_entered(db: sqlite3.Connection) -> None:
    relay = Relay(db)
    for _ in range(20):
        relay.put(*BOXES)
        relay.drop(*((box, ids[0]) for box, ids in relay.truth.items()))
    assert relay.entered() == set()
    relay.check()


def test_a_start_enters_nothing_and_reads_what_is_behind_the_mark(db: sqlite3.Connection) -> None:
    relay = Relay(db)
    for _ in range(40):
        relay.put(*BOXES)
    mark, held, entered = places_module.last_entered(db), in_memory(relay.mail), relay.entered()
    assert mark > 200
    relay.start_again()
    assert (places_module.last_entered(db), relay.entered()) == (mark, entered)
    assert in_memory(relay.mail) == held


@pytest.mark.parametrize("ends", ["a start", "a rollback"])
def test_the_mark_follows_though_every_round_is_broken_off(
    db: sqlite3.Connection, ends: str
) -> None:
    undo, dice = Undo(db), random.Random(1)
    places = Places(db, undo)
    for position in range(1, 60 * FEW):
        mailbox = dice.randbytes(16)
        places.add(db, [(position, mailbox)])
        row = (position, mailbox, dice.randbytes(16), 0, 0, b"")
        db.execute("INSERT INTO envelopes VALUES (?, ?, ?, ?, ?, ?)", row)
        undo.clear()
        if position % (FEW // 2) == 0 and ends == "a start":
            places = Places(db, undo)
        elif position % (FEW // 2) == 0:
            with suppress(KeyError), in_one_piece(db):
                places.add(db, [(position + 1, mailbox)])
                raise KeyError
            undo.run()
    assert position - places_module.last_entered(db) < 4 * FEW


def test_one_more_than_16384_places_begins_the_turns(tmp_path: Path) -> None:
    db = open_writer(tmp_path / "relay.db")
    places = Places(db, Undo(db))
    places.add(db, [(at, at.to_bytes(16, "big")) for at in range(1, 16_385)])
    assert db.execute("SELECT count(*) FROM places").fetchone() == (0,)
    places.add(db, [(16_385, bytes(16))])
    assert db.execute("SELECT count(*) FROM places").fetchone() == (places_module.AT_LEAST,)
    db.close()


def test_what_waits_is_read_in_parts_over_table_and_memory(db: sqlite3.Connection) -> None:
    relay = Relay(db)
    while not (relay.entered() and any(box == BOXES[0] for box, _ in in_memory(relay.mail))):
        relay.put(*BOXES)
    collected: list[bytes] = []
    after = 0
    while mails := relay.mail.waiting(db, BOXES[0], Position(after), 2, 1 << 30):
        collected += [mail.id for mail in mails]
        after = mails[-1].position
    assert collected == relay.truth[BOXES[0]]


@pytest.mark.parametrize("counts_the_mark", [True, False])
def test_a_position_below_the_mark_is_not_given_again(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, counts_the_mark: bool
) -> None:
    """All was collected, and the relay started anew: what comes next must not lie where a start
    never looks. Without the mark it would, and would be lost at the start after."""
    if not counts_the_mark:
        monkeypatch.setattr(sqlite_mail, "last_entered", lambda _db: 0)
    relay = Relay(db)
    for _ in range(10):
        relay.put(*BOXES)
    for box in BOXES:
        relay.drop(*((box, each) for each in list(relay.truth[box])))
    relay.start_again()
    relay.put(BOXES[0])
    relay.start_again()
    assert (relay.seen(BOXES[0]) == relay.truth[BOXES[0]]) == counts_the_mark


def test_an_account_is_shown_what_waits_for_it_wherever_it_lies(db: sqlite3.Connection) -> None:
    relay = Relay(db)
    while not (relay.entered() and in_memory(relay.mail)):
        relay.put(*BOXES)
    shown = {row.values["id"] for row in rows(db, "alice") if row.table == "envelopes"}
    assert shown == {each for ids in relay.truth.values() for each in ids}


def test_envelopes_of_an_earlier_relay_are_in_the_table(tmp_path: Path) -> None:
    path = tmp_path / "relay.db"
    db = open_writer(path, schema.STEPS[:2])
    waits = [(at, BOXES[at % 3], at.to_bytes(16, "big"), 0, 0, bytes(100)) for at in (3, 4, 7)]
    db.executemany("INSERT INTO envelopes VALUES (?, ?, ?, ?, ?, ?)", waits)
    db.close()
    db = open_writer(path)
    assert Places(db, Undo(db)).of(db, BOXES[1]) == [4, 7]
    assert Places(db, Undo(db)).of(db, BOXES[1], after=4) == [7]
    assert places_module.last_entered(db) == 7
    db.close()
