"""Whether the disk has room for what is new, beside what deleting needs.

    free on the disk, and within the database  >=  the log  +  LOG_BYTES
                                                   │           └ for deletions, until then
                                                   └ by so much the database grows at most when
                                                     the log is folded back

A deletion is written to the log first. On a disk that new mail filled to the last page the log
cannot grow, and not be folded back either: nobody could delete any more (docs/adr/0080).
"""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from doorless_server import events
from doorless_server.limits import LEAST_DISK, LOG_BYTES, LOG_RESERVE, MIB
from doorless_server.store.base import UnavailableError

LOOK = 0.05
"""Seconds between two looks: somebody else may write to the disk, too."""

LOOK_AGAIN = 1.0
"""Seconds between two looks while there is too little."""

COST = 4
"""Bytes of room that one byte takes at most: two in the log, where each page that it touches is
written whole, and two by which the database may have to grow."""


class Space:
    """Used inside the writer's transactions.

    What was stored since the last look is reckoned: a fast disk takes 100 MB between two looks, and
    what is not committed is not on the disk yet.

    Args:
        database: the file that grows. On a disk smaller than LEAST_DISK nothing is kept free.
        reserve: bytes that are kept free beside the room for the log.
    """

    def __init__(
        self,
        database: Path,
        reserve: int = LOG_BYTES,
        *,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._folder, self._log = database.parent, database.with_name(f"{database.name}-wal")
        self._reserve, self._elapsed = reserve, elapsed
        self._is_short = False
        self._room = self._uncommitted = 0
        self._next_look = 0.0

    def take(self, db: sqlite3.Connection, size: int = 0) -> None:
        """Before so many new bytes are stored.

        Raises:
            UnavailableError: only deleting has room.
        """
        need, now = COST * size, self._elapsed()
        if now >= self._next_look or (need > self._room and not self._is_short):
            self._look(db, need)
            self._next_look = now + (LOOK_AGAIN if self._is_short else LOOK)
        if self._is_short:
            raise UnavailableError("the disk has room for deleting alone")
        self._room -= need
        self._uncommitted += need

    def settled(self) -> None:
        """The transaction was committed, or undone."""
        self._uncommitted = 0

    def _look(self, db: sqlite3.Connection, need: int) -> None:
        try:
            disk = os.statvfs(self._folder)
            log = self._log.stat().st_size
        except OSError:
            return  # what it then refuses is told by whoever writes
        if disk.f_blocks * disk.f_frsize < LEAST_DISK:
            return
        free = disk.f_bavail * disk.f_frsize + _free_within(db)
        self._room = free - self._uncommitted - log - self._reserve
        was_short = self._is_short
        # Once it was too little, a little more than enough: else it would be told by turns.
        self._is_short = self._room < need + (LOG_RESERVE if was_short else 0)
        if self._is_short and not was_short:
            events.say(events.SPACE_IS_SHORT, mib=free // MIB)
        elif was_short and not self._is_short:
            events.say(events.SPACE_IS_ENOUGH, mib=free // MIB)


def _free_within(db: sqlite3.Connection) -> int:
    """Bytes that were deleted, and are written over before the file grows."""
    (pages,) = db.execute("PRAGMA freelist_count").fetchone()
    (size,) = db.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(size)
