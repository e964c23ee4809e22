"""Whether the disk has room for what is new, beside what deleting needs.

    free on the disk  >=  what the databases grow by when their logs are folded back
                       +  what the own log may still grow by: deletions are written there
                       +  the margin, less what was deleted: that is written over

A deletion is written to the log first. On a disk that new mail filled to the last page the log
can neither grow nor be folded back: nobody could delete any more (docs/adr/0080).
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from time import monotonic
from typing import NamedTuple, Never

from doorless_protocol.sizes import KIB
from doorless_server import events
from doorless_server.limits import (
    DELETIONS,
    FILES_LOG_BYTES,
    FILES_MARGIN,
    LOG_BYTES,
    LOG_RESERVE,
    MAIL_MARGIN,
)
from doorless_server.store.base import UnavailableError
from doorless_server.store.disk import Disk, size_of
from doorless_server.store.schema import BUSY_MS
from doorless_server.store.writer import Writer, is_passing

LOOK = 0.05
"""Seconds between two looks: somebody else may write to the disk, too."""

COST = 4
"""Bytes of room that one byte takes at most: two in the log, where each page that it touches is
written whole, and two by which the database may have to grow."""

ROW = 12 * KIB
"""Bytes of the log that changing or deleting one row takes: its page, and a part of those that
lead to it."""

ROWS = 16
"""Rows that a request changes at most, other than one that deletes many."""


class Sort(Enum):
    """What has no room."""

    MAIL = auto()
    FILES = auto()


class _Bounds(NamedTuple):
    """
    Attributes:
        log: bytes to which the log grows by itself, while no reader holds it.
        margin: bytes that are left beside what deleting needs.
    """

    log: int
    margin: int


_BOUNDS = {
    Sort.MAIL: _Bounds(LOG_BYTES, MAIL_MARGIN),
    Sort.FILES: _Bounds(FILES_LOG_BYTES, FILES_MARGIN),
}


class Space:
    """Of one database; used inside the writer's transactions, and told how they end.

    What was stored since the last look is reckoned: a fast disk takes 100 MB between two looks, and
    what is not committed is not on the disk yet.

    Args:
        db: the writer's connection.
        database: the file that grows.

    Attributes:
        disk: what it shares with other databases.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        database: Path,
        sort: Sort,
        disk: Disk,
        *,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._db, self._database, self.disk = db, database, disk
        self._log = database.with_name(f"{database.name}-wal")
        self._sort, self._elapsed = sort, elapsed
        self._room = self._uncommitted = 0
        self._next_look = 0.0
        self._refused: int | None = None
        self._writer: Writer | None = None
        self._is_to_fold = False
        (self._page,) = db.execute("PRAGMA page_size").fetchone()
        self.committed()

    def take(self, size: int = 0, rows: int = 0) -> None:
        """Before so many new bytes are stored, in rows that lie side by side but for so many.

        Raises:
            UnavailableError: there is no room for so much, beside what deleting needs.
        """
        need, now = COST * size + ROW * rows, self._elapsed()
        if need > self._room or now >= self._next_look:
            self._room = self._look()
            self._next_look = now + LOOK
            self._tell(need)
        if need > self._room:
            self._refuse("the disk has no room for it beside what deleting needs")
        self._room -= need
        self._uncommitted += need

    def check_writing(self, rows: int = ROWS) -> None:
        """Before so many are changed or deleted: of a log that a backup holds no end is in sight.

        Raises:
            UnavailableError: it would take what folding the logs back needs.
        """
        if size_of(self._log) < _BOUNDS[self._sort].log:
            return
        need = ROW * rows
        to_fold = self.disk.to_fold
        if to_fold and self.disk.free - self._uncommitted < to_fold + LOG_RESERVE + need:
            self._refuse("the disk has room for folding logs back alone")
        self._uncommitted += need

    def fold_by(self, writer: Writer) -> None:
        """When there is no room, fold the log back, and cut it: nothing more is written that would
        have anybody else do it."""
        self._writer = writer
        self.disk.on_short(self._fold_soon)

    def close(self) -> None:
        """Before the writer is closed."""
        self._writer = None

    def committed(self) -> None:
        """In the writer's thread, with no transaction open."""
        self._uncommitted = 0
        with suppress(sqlite3.Error):  # what the disk does not read is told by whoever needs it
            self.disk.note(self._database, self._pages("page_count"))
        if self._is_to_fold:
            self._is_to_fold = False
            self._fold_back()

    def undone(self) -> None:
        self._uncommitted = 0

    def _fold_soon(self) -> None:
        is_long = size_of(self._log) >= _BOUNDS[self._sort].log
        if self._writer and not self._is_to_fold and (is_long or self.disk.growth(self._database)):
            self._is_to_fold = True
            with suppress(UnavailableError):
                self._writer.run(lambda _db: None).add_done_callback(_heard)

    def _fold_back(self) -> None:
        """Whoever reads is not waited for."""
        try:
            self._db.execute("PRAGMA busy_timeout = 0")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            if self._writer and not is_passing(error):
                self._writer.fail(error)
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def _look(self) -> int:
        """Bytes that may be taken; below 0 where there is too little already."""
        to_leave = self.disk.to_fold + self._to_leave()  # first: what is folded back is not free
        return self.disk.free - self._uncommitted - to_leave

    def _to_leave(self) -> int:
        """Bytes by which the own log may grow, and of the margin what nothing was deleted for."""
        log, margin = _BOUNDS[self._sort]
        size = size_of(self._log)
        if size >= log:  # a reader holds it: it grows by whatever is written
            return DELETIONS + margin
        return max(log - size, DELETIONS) + max(margin - self._pages("freelist_count"), 0)

    def _refuse(self, why: str) -> Never:
        self.disk.fold()
        raise UnavailableError(why)

    def _tell(self, need: int) -> None:
        """What is refused is told once, until as much has room, and a little more."""
        if need > self._room:
            if self._refused is None:
                events.say(events.SPACE_IS_SHORT, sort=self._sort)
            self._refused = max(need, self._refused or 0)
        elif self._refused is not None and self._room >= self._refused + LOG_RESERVE:
            events.say(events.SPACE_IS_ENOUGH, sort=self._sort)
            self._refused = None

    def _pages(self, which: str) -> int:
        """Bytes of them."""
        (pages,) = self._db.execute(f"PRAGMA {which}").fetchone()
        return int(pages) * int(self._page)


def _heard(done: "asyncio.Future[None]") -> None:
    """Nobody waits for it, so nobody else is told that the disk refuses or failed."""
    if not done.cancelled():
        done.exception()
