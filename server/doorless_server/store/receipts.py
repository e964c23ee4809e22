"""Which envelopes were delivered lately: appended to a table, looked up in memory.

    row ──► row ──► row ──► the newest        a receipt is written once, at the table's end
    [segment      ][segment     ]             the same in memory, forgotten a segment at a time

A table that finds a receipt by its digest would have to change a page of its own for each,
which costs more than storing the envelope did (docs/adr/0019).
"""

import hashlib
import sqlite3
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from doorless_server.limits import MAX_RECEIPTS, RECEIPT_HOURS
from doorless_server.store.rows import insert_rows

SEGMENT = 1 << 15
"""Receipts forgotten together, at most: a lookup asks one set for each segment."""

SWEPT_AT_ONCE = 2_000
"""Rows deleted by one sweep: some milliseconds, so that no submit waits for it."""


@dataclass(slots=True)
class _Segment:
    """Receipts that follow each other.

    Attributes:
        first: the row number of the oldest.
        hour: in which they all were delivered, since 1970.
    """

    first: int
    hour: int
    digests: set[bytes] = field(default_factory=set)


class Receipts:
    """Used in the writer's thread alone, but for its making."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._segments: deque[_Segment] | None = None
        self._count = self._last = 0
        self._load(db)

    def forget(self) -> None:
        """What is in memory may no longer be so, and is read again when it is next needed."""
        self._segments = None

    def known(self, db: sqlite3.Connection, digests: Collection[bytes]) -> set[bytes]:
        """Those of `digests` that were delivered lately."""
        found: set[bytes] = set()
        for segment in self._load(db):
            found.update(segment.digests.intersection(digests))
        return found

    def add(self, db: sqlite3.Connection, digests: Collection[bytes], hour: int) -> None:
        segments, last = self._load(db), self._last
        rows = [(last + at, digest, hour) for at, digest in enumerate(digests, start=1)]
        insert_rows(db, "INSERT INTO receipts VALUES", rows)
        for row in rows:
            self._remember(segments, *row)

    def sweep(self, db: sqlite3.Connection, hour: int) -> int:
        """Forget what was delivered more than RECEIPT_HOURS ago; delete a part of such rows."""
        segments = self._load(db)
        while segments and segments[0].hour < hour - RECEIPT_HOURS:
            self._drop_oldest(segments)
        oldest = segments[0].first if segments else self._last + 1
        gone = db.execute(
            "DELETE FROM receipts WHERE number IN"
            " (SELECT number FROM receipts WHERE number < ? ORDER BY number LIMIT ?)",
            (oldest, SWEPT_AT_ONCE),
        )
        return gone.rowcount

    def _load(self, db: sqlite3.Connection) -> deque[_Segment]:
        if self._segments is None:
            self._segments, self._last, self._count = deque(), 0, 0
            for row in db.execute("SELECT number, digest, delivered FROM receipts ORDER BY number"):
                self._remember(self._segments, *row)
        return self._segments

    def _remember(self, segments: deque[_Segment], number: int, digest: bytes, hour: int) -> None:
        newest = segments[-1] if segments else None
        if newest is None or newest.hour != hour or len(newest.digests) >= SEGMENT:
            newest = _Segment(number, hour)
            segments.append(newest)
        newest.digests.add(digest)
        self._last = number
        self._count += 1
        if self._count > MAX_RECEIPTS:
            self._drop_oldest(segments)

    def _drop_oldest(self, segments: deque[_Segment]) -> None:
        self._count -= len(segments.popleft().digests)


def digest(mailbox: bytes, envelope_id: bytes) -> bytes:
    """What is remembered of a delivery: 16 bytes that name it only to who knows both ids."""
    return hashlib.sha256(mailbox + envelope_id).digest()[:16]
