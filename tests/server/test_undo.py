"""What the writer remembers follows a transaction back, and nothing is read anew for it."""

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from doorless_protocol.frames import delivery_token_hash
from doorless_server.limits import ENVELOPE_HOURS, RECEIPT_HOURS, Bounds
from doorless_server.store import boxes as boxes_module
from doorless_server.store import places as places_module
from doorless_server.store import receipts as receipts_module
from doorless_server.store import sqlite_accounts as accounts
from doorless_server.store.base import Arriving, Listing, Seat
from doorless_server.store.boxes import _read
from doorless_server.store.places import Places
from doorless_server.store.schema import open_writer
from doorless_server.store.sqlite_mail import MailTable
from doorless_server.store.undo import Undo

BOXES = tuple(b"box of nr. %d  " % number for number in range(8))
ACCOUNT = b"alice"
TOKEN = delivery_token_hash(b"t" * 16)


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    for module, bound, few in (
        (places_module, "ENOUGH", 12),
        (places_module, "AT_LEAST", 2),
        (boxes_module, "MAX_BOXES", 5),
        (receipts_module, "MAX_RECEIPTS", 40),
    ):
        monkeypatch.setattr(module, bound, few)
    opened = open_writer(tmp_path / "relay.db")
    seats = tuple(Seat(ACCOUNT, b"device" + box, box, b"key") for box in BOXES)
    accounts.create(opened, "alice", Listing(1, b"h", b"p", b"h", b"m", seats, ()), TOKEN, 1)
    yield opened
    opened.close()


class Transactions:
    """Of several pieces of work each, as the writer's are; some are refused."""

    def __init__(self, db: sqlite3.Connection, dice: random.Random) -> None:
        self.db, self.dice, self.mail, self.hour = db, dice, MailTable(db, Bounds()), 0
        self.works: tuple[Callable[[], object], ...] = (
            *(self.put,) * 6,
            *(self.drop,) * 4,
            *(self.sweep, self.renew, self.forget_mailbox),
        )

    def run(self, *works: Callable[[], object], refused: bool = False) -> None:
        self.db.execute("BEGIN")
        if refused and self.dice.random() < 0.5:
            self.db.set_progress_handler(lambda: 1, self.dice.randrange(1, 2_000))
        with suppress(sqlite3.OperationalError):  # it was refused in the midst of its work
            for work in works:
                work()
        self.db.set_progress_handler(None, 0)
        if refused:
            with suppress(sqlite3.OperationalError):  # it is undone by now
                self.db.execute("ROLLBACK")
            self.mail.forget()
        else:
            self.db.execute("COMMIT")
            self.mail.committed()

    def run_some(self) -> None:
        self.hour += self.dice.randrange(2)
        works = self.dice.choices(self.works, k=self.dice.randrange(1, 5))
        self.run(*works, refused=self.dice.random() < 0.5)

    def put(self) -> None:
        to = self.dice.choices(BOXES, k=self.dice.randrange(1, 6))
        mails = [Arriving(box, self.dice.randbytes(16), bytes(300), TOKEN) for box in to]
        self.mail.put(self.db, mails, self.hour, 0)

    def drop(self) -> None:
        waits = self.db.execute("SELECT mailbox, id FROM envelopes ORDER BY position").fetchall()
        some = self.dice.sample(waits, min(len(waits), self.dice.randrange(1, 8)))
        self.mail.drop(self.db, [*some, *some[:1]], self.hour)

    def sweep(self) -> None:
        late = self.dice.choices((0, RECEIPT_HOURS, ENVELOPE_HOURS + 1), (8, 1, 1))[0]
        self.mail.sweep(self.db, self.hour + late)

    def renew(self) -> None:
        accounts.set_token(self.db, ACCOUNT, self.dice.choice((TOKEN, bytes(32))), 0)
        self.mail.forget_token(self.db, ACCOUNT)

    def forget_mailbox(self) -> None:
        self.mail.forget_mailbox(self.db, self.dice.choice(BOXES))

    def check(self) -> None:
        """What is remembered is what the database says."""
        places, boxes, receipts = self.mail._places, self.mail._boxes, self.mail._receipts
        assert places._held == Places(self.db, Undo(self.db))._held
        for some in places._held:
            assert all(list(each) == sorted(each) for each in some.values())
        assert places._count == sum(len(each) for some in places._held for each in some.values())
        assert boxes._boxes == {box: _read(self.db, box, places) for box in boxes._boxes}
        assert boxes._waiting == sum(len(each.waiting) for each in boxes._boxes.values())
        digests = [digest for hour in receipts._hours for digest in hour.digests]
        rows = self.db.execute(
            "SELECT digest FROM receipts WHERE number > ? ORDER BY number",
            (receipts._last - receipts._count,),
        )
        assert digests == [digest for (digest,) in rows]
        assert receipts._count == len(digests)
        assert set().union(*receipts._held) == set(digests)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_remembered_after_a_rollback_is_what_the_disk_has(
    db: sqlite3.Connection, seed: int
) -> None:
    relay = Transactions(db, random.Random(seed))
    rounds = full = 0
    for _ in range(300):
        relay.run_some()
        relay.check()
        rounds += relay.mail._places._round is not None
        full += relay.mail._receipts._count == receipts_module.MAX_RECEIPTS
    assert places_module.last_entered(db) > 0
    assert min(rounds, full) > 10


def test_a_refused_batch_has_nothing_read_that_was_known(db: sqlite3.Connection) -> None:
    relay = Transactions(db, random.Random(1))
    for _ in range(20):
        relay.run(relay.put, relay.drop)
    asked: list[str] = []
    relay.run(relay.put, relay.drop, refused=True)
    db.set_trace_callback(asked.append)
    relay.run(relay.put)
    assert len(asked) > 2
    assert not [each for each in asked if "envelopes WHERE position >" in each]
    assert not [each for each in asked if "FROM receipts" in each]


def test_a_mailbox_that_is_first_read_for_a_refused_batch_stays_known(
    db: sqlite3.Connection,
) -> None:
    """On a disk that stays full each attempt would else read it anew."""
    Transactions(db, random.Random(1)).run(lambda: None)
    relay = Transactions(db, random.Random(1))  # that starts on the full disk
    relay.run(relay.put, refused=True)
    assert relay.mail._boxes._boxes
    relay.check()


def test_what_waits_in_a_mailbox_is_sorted_once_for_all_that_is_put_back(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, back = Transactions(db, random.Random(1)), []
    really = Places._put_back

    def counted(self: Places, mailbox: bytes, positions: Sequence[int]) -> None:
        back.append(mailbox)
        really(self, mailbox, positions)

    monkeypatch.setattr(Places, "_put_back", counted)
    mails = [
        Arriving(BOXES[number % 2], number.to_bytes(16, "big"), bytes(300), TOKEN)
        for number in range(40)
    ]
    monkeypatch.setattr(places_module, "ENOUGH", 100)
    relay.run(lambda: relay.mail.put(db, mails, 0, 0))
    relay.db.execute("BEGIN")
    relay.mail.drop(db, [(mail.mailbox, mail.id) for mail in mails], 0)
    relay.db.execute("ROLLBACK")
    relay.mail.forget()
    relay.check()
    assert sorted(back) == sorted(BOXES[:2])
