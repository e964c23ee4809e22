"""Whether the disk has room for what is new, beside what deleting needs.

    free on the disk  >=  what the logs of all databases hold        the databases grow by that
                       +  what the own log may still grow by         deletions are written there
                       +  the margin                                 as far as nothing was deleted

A deletion is written to the log first. On a disk that new mail filled to the last page the log
can neither grow nor be folded back: nobody could delete any more (docs/adr/0080).
"""

import os
import sqlite3
import struct
import sys
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from time import monotonic

from doorless_server import events
from doorless_server.limits import FILES_MARGIN, LEAST_DISK, LOG_BYTES, LOG_RESERVE, MAIL_MARGIN
from doorless_server.store.base import UnavailableError

LOOK = 0.05
"""Seconds between two looks: somebody else may write to the disk, too."""

COST = 4
"""Bytes of room that one byte takes at most: two in the log, where each page that it touches is
written whole, and two by which the database may have to grow."""

_LOG, _INDEX = "-wal", "-shm"
_INDEX_HEADER = struct.Struct("=14xHI76xI")
"""Of the index beside the log: a page's size, the log's frames, and those of them that are in the
database, too. SQLite, WAL-mode File Format, section 2.1."""


class Sort(Enum):
    """What has no room."""

    MAIL = auto()
    FILES = auto()


_MARGINS = {Sort.MAIL: MAIL_MARGIN, Sort.FILES: FILES_MARGIN}


class Space:
    """Used inside the writer's transactions.

    What was stored since the last look is reckoned: a fast disk takes 100 MB between two looks, and
    what is not committed is not on the disk yet.

    Args:
        database: the file that grows. On a disk smaller than LEAST_DISK nothing is kept free.
    """

    def __init__(
        self, database: Path, sort: Sort, *, elapsed: Callable[[], float] = monotonic
    ) -> None:
        self._folder, self._log = database.parent, f"{database.name}{_LOG}"
        self._sort, self._elapsed = sort, elapsed
        self._room = self._uncommitted = 0
        self._next_look = 0.0
        self._refused: int | None = None

    def take(self, db: sqlite3.Connection, size: int = 0) -> None:
        """Before so many new bytes are stored.

        Raises:
            UnavailableError: there is no room for so much, beside what deleting needs.
        """
        need, now = COST * size, self._elapsed()
        if need > self._room or now >= self._next_look:
            self._room = self._look(db)
            self._next_look = now + LOOK
            self._tell(need)
        if need > self._room:
            raise UnavailableError("the disk has no room for it beside what deleting needs")
        self._room -= need
        self._uncommitted += need

    def settled(self) -> None:
        """The transaction was committed, or undone."""
        self._uncommitted = 0

    def _look(self, db: sqlite3.Connection) -> int:
        """Bytes that may be taken; below 0 where there is too little already."""
        try:
            disk = os.statvfs(self._folder)
            logs = _logs(self._folder)
        except OSError:
            return sys.maxsize  # what it then refuses is told by whoever writes
        if disk.f_blocks * disk.f_frsize < LEAST_DISK:
            return sys.maxsize
        size, own = logs.pop(self._log, (0, 0))
        others = sum([unfolded for _, unfolded in logs.values()])
        to_grow = max(LOG_BYTES - size, LOG_RESERVE)
        free = disk.f_bavail * disk.f_frsize - self._uncommitted
        # Pages that were deleted spare the database its growth; the log is written all the same.
        return free - others - to_grow - max(own + _MARGINS[self._sort] - _free_within(db), 0)

    def _tell(self, need: int) -> None:
        """What is refused is told once, until as much has room, and a little more."""
        if need > self._room:
            if self._refused is None:
                events.say(events.SPACE_IS_SHORT, sort=self._sort)
            self._refused = max(need, self._refused or 0)
        elif self._refused is not None and self._room >= self._refused + LOG_RESERVE:
            events.say(events.SPACE_IS_ENOUGH, sort=self._sort)
            self._refused = None


def _logs(folder: Path) -> dict[str, tuple[int, int]]:
    """Of each write-ahead log in it: the file's bytes, and those not in the database yet."""
    with os.scandir(folder) as entries:
        sizes = {each.name: each.stat().st_size for each in entries if each.name.endswith(_LOG)}
    return {name: (size, min(size, _unfolded(folder / name))) for name, size in sizes.items()}


def _unfolded(log: Path) -> int:
    """Bytes by which the database grows at most when this log is folded back."""
    index = log.with_name(log.name.removesuffix(_LOG) + _INDEX)
    try:
        with index.open("rb") as file:
            header = file.read(_INDEX_HEADER.size)
        page, frames, folded = map(int, _INDEX_HEADER.unpack(header))
    except (OSError, struct.error):
        return sys.maxsize  # nobody has it open: all of it may be to be folded back
    return max(frames - folded, 0) * (page if page > 1 else 0x10000)


def _free_within(db: sqlite3.Connection) -> int:
    """Bytes that were deleted, and are written over before the file grows."""
    (pages,) = db.execute("PRAGMA freelist_count").fetchone()
    (size,) = db.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(size)
