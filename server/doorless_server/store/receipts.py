"""Which envelopes were delivered lately: appended to a table, looked up in memory.

    row ──► row ──► row ──► the newest      a receipt is written once, at the table's end
    [an hour     ][the next     ]           the same in memory, and forgotten in that order

A table that finds a receipt by its digest would have to change a page of its own for each,
which costs more than storing the envelope did (docs/adr/0019).
"""

import hashlib
import sqlite3
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from doorless_server.limits import MAX_RECEIPTS, RECEIPT_HOURS
from doorless_server.store.undo import Undo

SWEPT_AT_ONCE = 2_000
"""Receipts forgotten, and rows deleted, by one sweep: some milliseconds, and no submit waits."""

READ_AT_ONCE = 10_000
"""Receipts read by one step of a start: a million rows at once would take 200 MB for a moment."""

_SETS = 256
"""A set for each first byte: a set that grows is built anew, and one of all would take 50 ms."""


DIGEST_BYTES = 16

_APPEND = """
    WITH RECURSIVE place (at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM place WHERE at < ?5 - ?4)
    INSERT OR ROLLBACK INTO receipts SELECT ?4 + at, substr(?2, ?1 * at + 1, ?1), ?3 FROM place
"""
"""All receipts of one deletion, their digests one behind the other in a single value."""


@dataclass(slots=True)
class _Hour:
    """What was delivered within one hour since 1970, the oldest first."""

    hour: int
    digests: deque[bytes] = field(default_factory=deque)


class Receipts:
    """Used inside the writer's transactions, but for its making."""

    def __init__(self, db: sqlite3.Connection, undo: Undo) -> None:
        self._undo = undo
        self._held: tuple[set[bytes], ...] = tuple(set() for _ in range(_SETS))
        self._hours: deque[_Hour] = deque()
        self._count = self._last = 0  # the last of the row numbers, which follow one another
        self._load(db)

    def known(self, digests: Collection[bytes]) -> set[bytes]:
        """Those of `digests` that were delivered lately."""
        held = self._held
        return {each for each in digests if each in held[each[0]]}

    def add(self, db: sqlite3.Connection, digests: Collection[bytes], hour: int) -> None:
        """Remember that these, each once and none known, were delivered within `hour`."""
        if not digests:
            return
        before, last = self._last, self._last + len(digests)
        db.execute(_APPEND, (DIGEST_BYTES, b"".join(digests), hour, before + 1, last))
        self._undo.note(self._withdraw, before, len(digests))
        self._remember(digests, hour)
        self._last = last

    def trim(self) -> None:
        """What was added is on the disk: forget the oldest that are too many."""
        while self._count > MAX_RECEIPTS:
            self._forget_oldest()

    def sweep(self, db: sqlite3.Connection, hour: int) -> int:
        """Forget what was delivered more than RECEIPT_HOURS ago, a part at a time; return how many
        rows were deleted, 0 when nothing is left to forget.
        """
        for _ in range(SWEPT_AT_ONCE):
            if not self._hours or self._hours[0].hour >= hour - RECEIPT_HOURS:
                break
            self._forget_oldest()  # also where that is undone: its time is over, and a row may stay
        gone = db.execute(
            "DELETE FROM receipts WHERE number IN"
            " (SELECT number FROM receipts WHERE number <= ? ORDER BY number LIMIT ?)",
            (self._last - self._count, SWEPT_AT_ONCE),
        )
        return gone.rowcount

    def _load(self, db: sqlite3.Connection) -> None:
        found = db.execute("SELECT number, digest, delivered FROM receipts ORDER BY number")
        while rows := found.fetchmany(READ_AT_ONCE):
            for hour, of_hour in groupby(rows, itemgetter(2)):
                numbers, digests, _ = zip(*of_hour, strict=True)
                self._remember(digests, hour)
                self._last = numbers[-1]
            self.trim()

    def _remember(self, digests: Collection[bytes], hour: int) -> None:
        """At least one."""
        if not self._hours or self._hours[-1].hour != hour:
            self._hours.append(_Hour(hour))
        self._hours[-1].digests.extend(digests)
        for digest in digests:
            self._held[digest[0]].add(digest)
        self._count += len(digests)

    def _withdraw(self, last: int, count: int) -> None:
        """The newest were not added; where a sweep forgot all before them, some may be gone."""
        self._last = last
        for _ in range(min(count, self._count)):
            newest = self._hours[-1]
            self._drop(newest.digests.pop())
            if not newest.digests:
                self._hours.pop()

    def _forget_oldest(self) -> None:
        oldest = self._hours[0]
        self._drop(oldest.digests.popleft())
        if not oldest.digests:
            self._hours.popleft()

    def _drop(self, digest: bytes) -> None:
        self._held[digest[0]].discard(digest)
        self._count -= 1


def digest(mailbox: bytes, envelope_id: bytes) -> bytes:
    """What is remembered of a delivery: 16 bytes that name it only to who knows both ids."""
    return hashlib.sha256(mailbox + envelope_id).digest()[:DIGEST_BYTES]
