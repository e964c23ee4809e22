"""Envelopes in SQLite. Everything here runs in the writer's thread, inside a transaction.

What admission needs to know of a mailbox is kept in memory while it is used, and read again
after a rollback.
"""

import hashlib
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

from doorless_server.limits import ENVELOPE_HOURS, RECEIPT_HOURS, Bounds
from doorless_server.store.admission import Box, opens, refusal
from doorless_server.store.base import Arriving, Fate, Mail, Position

MAX_BOXES = 100_000
"""Mailboxes remembered, about 30 MB."""

SWEPT_AT_ONCE = 2_000
"""Rows that one sweep looks at: some milliseconds, so that no submit waits for it."""

MAX_RUN = 64
"""Rows for one statement. Each statement, and each row that one returns, gives up the
interpreter's lock, which the loop wants too; with one for each row the writer did half as much
(docs/adr/0019). So rows go in many at a time, and come back joined into one."""

_KNOWN = "SELECT digest FROM receipts WHERE digest IN ({})"
_HELD = "SELECT group_concat(position) FROM receipts WHERE delivered IS NULL AND digest IN ({})"
_DELIVERED = "UPDATE receipts SET delivered = ? WHERE delivered IS NULL AND digest IN ({})"
_SIZES = (
    "SELECT group_concat(hex(mailbox) || ' ' || length(envelope) || ' ' || request)"
    " FROM envelopes WHERE position IN (SELECT value FROM json_each(?))"
)
_DELETE = "DELETE FROM envelopes WHERE position IN (SELECT value FROM json_each(?))"

T = TypeVar("T")


class MailTable:
    def __init__(self, db: sqlite3.Connection, bounds: Bounds) -> None:
        self._bounds = bounds
        self._boxes: OrderedDict[bytes, Box] = OrderedDict()
        self._swept = 0
        # From here on it counts in memory: a deleted last row must not give its place away.
        (last,) = db.execute(
            "SELECT max(coalesce((SELECT max(position) FROM envelopes), 0),"
            " coalesce((SELECT max(position) FROM receipts), 0))"
        ).fetchone()
        self._last: int = last

    def forget(self) -> None:
        """What is remembered may no longer be so."""
        self._boxes.clear()

    def put(
        self, db: sqlite3.Connection, mails: Sequence[Arriving], hour: int, day: int
    ) -> list[Position | Fate]:
        digests = [receipt(mail.mailbox, mail.id) for mail in mails]
        known = {row[0] for row in run_in(db, _KNOWN, digests)}
        fates: list[Position | Fate] = []
        rows: list[tuple[int, bytes, bytes, int, int, bytes]] = []
        receipts: list[tuple[bytes, int]] = []
        for mail, digest in zip(mails, digests, strict=True):
            box = self._box(db, mail.mailbox)
            if box is None:
                fates.append(Fate.NO_ROOM)
                continue
            if digest in known:
                fates.append(Fate.KNOWN)
                continue
            size = len(mail.envelope)
            request = not opens(box, mail.token_hash, day)
            why = refusal(box, self._bounds, size, request=request)
            if why is not None:
                fates.append(why)
                continue
            self._last += 1
            rows.append((self._last, mail.mailbox, mail.id, request, hour, mail.envelope))
            receipts.append((digest, self._last))
            known.add(digest)
            box.count(size, request=request)
            fates.append(Position(self._last))
        run_rows(db, "INSERT INTO receipts (digest, position) VALUES", receipts)
        run_rows(db, "INSERT INTO envelopes VALUES", rows)
        return fates

    def waiting(
        self, db: sqlite3.Connection, mailbox: bytes, after: int, count: int, size: int
    ) -> list[Mail]:
        mails: list[Mail] = []
        for position, envelope_id, envelope in db.execute(
            "SELECT position, id, envelope FROM envelopes"
            " WHERE mailbox = ? AND position > ? ORDER BY position LIMIT ?",
            (mailbox, after, count),
        ):
            size -= len(envelope)
            if mails and size < 0:
                break
            mails.append(Mail(position, envelope_id, envelope))
        return mails

    def drop(
        self, db: sqlite3.Connection, delivered: Sequence[tuple[bytes, bytes]], hour: int
    ) -> None:
        digests = [receipt(mailbox, envelope_id) for mailbox, envelope_id in delivered]
        held = [row[0] for row in run_in(db, _HELD, digests) if row[0] is not None]
        run_in(db, _DELIVERED, digests, hour)
        self._remove(db, ",".join(held))

    def sweep(self, db: sqlite3.Connection, hour: int) -> int:
        """Look at the next SWEPT_AT_ONCE rows, in turns; 0 when everything was looked at."""
        old = db.execute(
            "SELECT position, mailbox, id FROM envelopes WHERE position IN"
            " (SELECT position FROM envelopes ORDER BY position LIMIT ?) AND hour < ?",
            (SWEPT_AT_ONCE, hour - ENVELOPE_HOURS),
        ).fetchall()
        for _, mailbox, envelope_id in old:
            db.execute("DELETE FROM receipts WHERE digest = ?", (receipt(mailbox, envelope_id),))
        self._remove(db, ",".join(str(position) for position, _, _ in old))
        return len(old) + self._sweep_receipts(db, hour)

    def forget_mailbox(self, db: sqlite3.Connection, mailbox: bytes) -> None:
        """Delete everything in it, and that it was."""
        for (envelope_id,) in db.execute("SELECT id FROM envelopes WHERE mailbox = ?", (mailbox,)):
            db.execute("DELETE FROM receipts WHERE digest = ?", (receipt(mailbox, envelope_id),))
        db.execute("DELETE FROM envelopes WHERE mailbox = ?", (mailbox,))
        self._boxes.pop(mailbox, None)

    def _sweep_receipts(self, db: sqlite3.Connection, hour: int) -> int:
        numbers = db.execute(
            "SELECT number FROM receipts WHERE number > ? ORDER BY number LIMIT ?",
            (self._swept, SWEPT_AT_ONCE),
        ).fetchall()
        if not numbers:
            self._swept = 0
            return 0
        first, last = self._swept, numbers[-1][0]
        self._swept = last
        gone = db.execute(
            "DELETE FROM receipts WHERE number > ? AND number <= ? AND delivered < ?",
            (first, last, hour - RECEIPT_HOURS),
        )
        return max(gone.rowcount, 1)

    def _remove(self, db: sqlite3.Connection, positions: str) -> None:
        """Delete the envelopes at these positions, joined by commas."""
        chosen = (f"[{positions}]",)
        (sizes,) = db.execute(_SIZES, chosen).fetchone()
        db.execute(_DELETE, chosen)
        for row in sizes.split(",") if sizes else ():
            mailbox, size, request = row.split()
            if (box := self._boxes.get(bytes.fromhex(mailbox))) is not None:
                box.count(int(size), request=request == "1", sign=-1)

    def _box(self, db: sqlite3.Connection, mailbox: bytes) -> Box | None:
        box = self._boxes.get(mailbox)
        if box is not None:
            self._boxes.move_to_end(mailbox)
            return box
        found = db.execute(
            "SELECT token_hash, previous_hash, previous_until FROM devices"
            " JOIN accounts ON accounts.id = devices.account WHERE mailbox = ?",
            (mailbox,),
        ).fetchone()
        if found is None:
            return None
        counts = db.execute(
            "SELECT coalesce(sum(1 - request), 0),"
            " coalesce(sum((1 - request) * length(envelope)), 0), coalesce(sum(request), 0)"
            " FROM envelopes WHERE mailbox = ?",
            (mailbox,),
        ).fetchone()
        box = self._boxes[mailbox] = Box(*found, *counts)
        if len(self._boxes) > MAX_BOXES:
            self._boxes.popitem(last=False)
        return box


def receipt(mailbox: bytes, envelope_id: bytes) -> bytes:
    """What is remembered of a delivery: 16 bytes that name it only to who knows both ids."""
    return hashlib.sha256(mailbox + envelope_id).digest()[:16]


def run_in(
    db: sqlite3.Connection, statement: str, values: Sequence[bytes], *before: int
) -> list[tuple[Any, ...]]:
    """Run a statement that ends in `IN ({})`, for many values at a time."""
    found: list[tuple[Any, ...]] = []
    for run in _runs(values):
        marks = ", ".join("?" * len(run))
        found += db.execute(statement.format(marks), (*before, *run)).fetchall()
    return found


def run_rows(db: sqlite3.Connection, insert: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, many with each statement."""
    for run in _runs(rows):
        marks = "(" + ", ".join("?" * len(run[0])) + ")"
        db.execute(f"{insert} {', '.join([marks] * len(run))}", list(chain.from_iterable(run)))


def _runs(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(values), MAX_RUN):
        yield values[at : at + MAX_RUN]
