"""Envelopes in SQLite. Everything here runs inside a transaction of the writer."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from doorless_server.limits import ENVELOPE_HOURS, Bounds
from doorless_server.store.admission import latest, opens, refusal
from doorless_server.store.base import Arriving, Fate, Mail, Position
from doorless_server.store.boxes import NOBODY, Boxes, Mailbox, Waiting, search_in_vain
from doorless_server.store.places import Places, last_entered
from doorless_server.store.receipts import Receipts, digest
from doorless_server.store.rows import insert_rows
from doorless_server.store.undo import Undo

_KEEP = "INSERT OR ROLLBACK INTO envelopes VALUES"
"""A row that does not fit in undoes the whole transaction, as the writer does with any error. So no
statement has to be undone alone, for which SQLite would copy each page before it changes."""

SWEPT_AT_ONCE = 2_000
"""Rows that one sweep looks at: some milliseconds, so that no submit waits for it."""


class MailTable:
    def __init__(self, db: sqlite3.Connection, bounds: Bounds) -> None:
        self._bounds = bounds
        self._undo = Undo(db)
        self._places = Places(db, self._undo)
        self._boxes = Boxes(self._places, self._undo)
        self._receipts = Receipts(db, self._undo)
        self._last = last_given(db)  # from here on it counts in memory
        self._day = newest_hour(db) // 24

    def forget(self) -> None:
        """The transaction was rolled back, and nothing of it is remembered any more."""
        self._undo.run()

    def committed(self) -> None:
        """What the transaction changed stays so."""
        self._undo.clear()
        self._receipts.trim()

    def put(
        self, db: sqlite3.Connection, mails: Sequence[Arriving], hour: int, day: int
    ) -> list[Position | Fate]:
        self._day = latest(self._day, day)
        digests = [digest(mail.mailbox, mail.id) for mail in mails]
        delivered = self._receipts.known(digests)
        fates: list[Position | Fate] = []
        rows: list[tuple[Position, bytes, bytes, int, int, bytes]] = []
        self._undo.note(self._withdraw, rows)
        for mail, named in zip(mails, digests, strict=True):
            mailbox = self._boxes.find(db, mail.mailbox) or NOBODY
            if mail.id in mailbox.waiting or named in delivered:
                fates.append(Fate.KNOWN)
            else:
                request = not opens(mailbox.box, mail.token_hash, self._day)
                fate = self._take(mailbox, mail, named, request=request)
                fates.append(fate)
                if isinstance(fate, int):
                    rows.append((fate, mail.mailbox, mail.id, int(request), hour, mail.envelope))
                elif fate is Fate.NO_ROOM and mailbox is not NOBODY:
                    search_in_vain(db, named)
        self._places.add(db, [row[:2] for row in rows])
        insert_rows(db, _KEEP, rows)
        self._boxes.trim()
        return fates

    def waiting(
        self, db: sqlite3.Connection, mailbox: bytes, after: int, count: int, size: int
    ) -> list[Mail]:
        mails: list[Mail] = []
        positions = self._places.of(db, mailbox, after, count)
        # In the order of the list, which the cross join keeps: read no further than is wanted.
        for position, envelope_id, envelope in db.execute(
            "SELECT position, envelopes.id, envelope FROM json_each(?)"
            " CROSS JOIN envelopes ON position = value",
            (str(positions),),
        ):
            size -= len(envelope)
            if mails and size < 0:
                break
            mails.append(Mail(position, envelope_id, envelope))
        return mails

    def drop(
        self, db: sqlite3.Connection, delivered: Sequence[tuple[bytes, bytes]], hour: int
    ) -> None:
        together = sorted(delivered, key=itemgetter(0))  # each mailbox once
        self._receipts.add(db, self._remove(db, together), hour)

    def sweep(self, db: sqlite3.Connection, hour: int) -> int:
        """Forget a part of what is too old; 0 when there is nothing left."""
        old = db.execute(
            "SELECT mailbox, id FROM envelopes WHERE position IN"
            " (SELECT position FROM envelopes ORDER BY position LIMIT ?) AND hour < ?",
            (SWEPT_AT_ONCE, hour - ENVELOPE_HOURS),
        ).fetchall()
        return len(self._remove(db, old)) + self._receipts.sweep(db, hour)

    def count(self, db: sqlite3.Connection, mailbox: bytes) -> int:
        """How many envelopes wait in it."""
        return len(self._places.of(db, mailbox))

    def forget_mailbox(self, db: sqlite3.Connection, mailbox: bytes) -> None:
        """Delete everything in it, and that it was."""
        positions = self._places.of(db, mailbox)
        _delete(db, positions)
        self._places.remove(db, mailbox, positions)
        self._boxes.forget_one(mailbox)

    def forget_token(self, db: sqlite3.Connection, account: bytes) -> None:
        """The account has another delivery token than before."""
        for (mailbox,) in db.execute("SELECT mailbox FROM devices WHERE account = ?", (account,)):
            self._boxes.forget_one(mailbox)

    def _take(
        self, mailbox: Mailbox, mail: Arriving, named: bytes, *, request: bool
    ) -> Position | Fate:
        size = len(mail.envelope)
        why = refusal(mailbox.box, self._bounds, size, request=request)
        if why is not None:
            return why
        self._last += 1
        self._boxes.add(mailbox, mail.id, Waiting(self._last, size, request, named))
        return Position(self._last)

    def _withdraw(self, rows: Sequence[tuple[Position, bytes, bytes, int, int, bytes]]) -> None:
        """These were not put in."""
        for _, mailbox, envelope_id, *_ in rows:
            self._boxes.withdraw(mailbox, envelope_id)

    def _remove(self, db: sqlite3.Connection, mails: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
        """Delete what waits of these (mailbox, id); return the digests of those that did."""
        removed: list[Waiting] = []
        for address, of_mailbox in groupby(mails, itemgetter(0)):
            mailbox = self._boxes.find(db, address)
            if mailbox is None:
                continue
            asked = [(each, self._boxes.remove(mailbox, each)) for _, each in of_mailbox]
            self._undo.note(self._boxes.put_back, address, asked)
            gone = [waiting for _, waiting in asked if waiting is not None]
            self._places.remove(db, address, [waiting.position for waiting in gone])
            removed += gone
        _delete(db, [waiting.position for waiting in removed])
        self._boxes.trim()
        return [waiting.digest for waiting in removed]


def last_given(db: sqlite3.Connection) -> int:
    """The newest position that is known to have been given, though its envelope may be gone. None
    up to the mark is given again: a start looks only after it for what is not entered.
    """
    (newest,) = db.execute("SELECT coalesce(max(position), 0) FROM envelopes").fetchone()
    last: int = max(newest, last_entered(db))
    return last


def _delete(db: sqlite3.Connection, positions: Sequence[int]) -> None:
    db.execute(
        "DELETE FROM envelopes WHERE position IN (SELECT value FROM json_each(?))",
        (str(list(positions)),),
    )


def newest_hour(db: sqlite3.Connection) -> int:
    """The last one in which anything came, or was delivered; 0 before there was."""
    found = [
        db.execute(query).fetchone()
        for query in (
            "SELECT hour FROM envelopes ORDER BY position DESC LIMIT 1",
            "SELECT delivered FROM receipts ORDER BY number DESC LIMIT 1",
        )
    ]
    return max((row[0] for row in found if row), default=0)
