"""Sealed files of a running relay: a database of their own, one row a piece.

It has a writer, and a write-ahead log, apart from those of accounts and envelopes, so that no
envelope waits for a piece of a file (docs/adr/0046).
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from doorless_protocol.blob_frames import MAX_PIECE_BYTES
from doorless_server.blobs import schema
from doorless_server.blobs.base import BEGUN_DAYS, MAX_TOTAL, WHOLE_DAYS, Held, check_room
from doorless_server.store.base import UnavailableError
from doorless_server.store.disk import Disk
from doorless_server.store.space import ROWS, Sort, Space
from doorless_server.store.writer import Writer, is_passing

T = TypeVar("T")

SWEPT_AT_ONCE = 64
"""Pieces deleted in one transaction, 4 MiB: some milliseconds of the loop's time."""

DROPPED = -1
"""The last day of a file that nobody has any more."""


def _ignore(_error: Exception) -> None:
    """What the callers were told is all there is to say."""


class SqliteBlobs:
    """Made by `open`, inside a running event loop, and used on that loop alone."""

    def __init__(
        self,
        db: sqlite3.Connection,
        reader: sqlite3.Connection,
        total: int,
        space: Space,
        broken: Callable[[Exception], None],
    ) -> None:
        self._reader, self._total, self._space = reader, total, space
        self._writer = Writer(db, forget=space.undone, committed=space.committed, broken=broken)
        space.fold_by(self._writer)

    @classmethod
    async def open(
        cls,
        path: Path,
        total: int = MAX_TOTAL,
        broken: Callable[[Exception], None] = _ignore,
        disk: Disk | None = None,
    ) -> Self:
        """Open or begin the file; errors as of `schema.open_writer`, `broken` as of Writer.

        Args:
            disk: which it shares with other databases of this process; its own without.
        """
        db = schema.open_writer(path)
        space = Space(db, path, Sort.FILES, disk or Disk(path.parent))
        return cls(db, schema.open_reader(path), total, space, broken)

    @property
    def writer(self) -> Writer:
        return self._writer

    async def close(self) -> None:
        self._space.close()
        self._reader.close()  # whoever closes last folds the write-ahead log back: the writer
        await self._writer.close()

    # --- writing -----------------------------------------------------------------------------

    async def begin(self, address: bytes, size: int, day: int) -> None:
        def work(db: sqlite3.Connection) -> None:
            self._space.take(rows=ROWS)
            db.execute(
                "UPDATE files SET id = randomblob(32) WHERE id = ? AND expires_day < ?",
                (address, day),  # to be swept; its pieces go with it
            )
            if _find(db, address, day) is not None:
                return
            (taken,) = db.execute("SELECT coalesce(sum(size), 0) FROM files").fetchone()
            check_room(taken, size, self._total)
            row = (address, size, 0, day + BEGUN_DAYS)
            db.execute(
                "INSERT INTO files (id, size, received, expires_day) VALUES (?, ?, ?, ?)", row
            )

        await self._run(work)

    async def add(self, address: bytes, place: int, piece: bytes, day: int) -> int:
        def work(db: sqlite3.Connection) -> int:
            self._space.take(len(piece))
            found = _find(db, address, day)
            if found is None:
                return 0
            number, received, size = found
            if place * MAX_PIECE_BYTES != received or received >= size:
                return received
            received += len(piece)
            db.execute("INSERT INTO pieces VALUES (?, ?, ?)", (number, place, piece))
            db.execute("UPDATE files SET received = ? WHERE number = ?", (received, number))
            if received == size:
                last = day + WHOLE_DAYS
                db.execute("UPDATE files SET expires_day = ? WHERE number = ?", (last, number))
            return received

        return await self._run(work)

    async def drop(self, address: bytes) -> None:
        def work(db: sqlite3.Connection) -> None:
            self._space.check_writing()
            db.execute("UPDATE files SET expires_day = ? WHERE id = ?", (DROPPED, address))

        await self._run(work)
        while await self.sweep(DROPPED + 1):
            pass

    async def sweep(self, day: int) -> int:
        def work(db: sqlite3.Connection) -> int:
            self._space.check_writing(SWEPT_AT_ONCE)
            return _sweep(db, day)

        return await self._run(work)

    # --- reading: what is committed, past the writer ------------------------------------------

    async def held(self, address: bytes, day: int) -> Held | None:
        found = self._read(lambda db: _find(db, address, day))
        return None if found is None else Held(found[1], found[2])

    async def read(self, address: bytes, place: int, day: int) -> bytes | None:
        def work(db: sqlite3.Connection) -> bytes | None:
            found = _find(db, address, day)
            if found is None or found[1] < found[2]:
                return None
            row = db.execute(
                "SELECT piece FROM pieces WHERE file = ? AND place = ?", (found[0], place)
            ).fetchone()
            return row[0] if row else b""

        return self._read(work)

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Raises UnavailableError: the disk refuses; where it failed, the writer is told."""
        try:
            return work(self._reader)
        except sqlite3.Error as error:
            if not is_passing(error):
                self._writer.fail(error)
            raise UnavailableError("the disk refuses") from None

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        return self._writer.run(work)


def _find(db: sqlite3.Connection, address: bytes, day: int) -> tuple[int, int, int] | None:
    """Number, received, size."""
    found: tuple[int, int, int] | None = db.execute(
        "SELECT number, received, size FROM files WHERE id = ? AND expires_day >= ?",
        (address, day),
    ).fetchone()
    return found


def _sweep(db: sqlite3.Connection, day: int) -> int:
    """Delete some pieces of one file whose day is past, and with the last ones the file."""
    found = db.execute("SELECT number FROM files WHERE expires_day < ? LIMIT 1", (day,)).fetchone()
    if found is None:
        return 0
    pieces = db.execute(
        "DELETE FROM pieces WHERE rowid IN"
        " (SELECT rowid FROM pieces WHERE file = ? ORDER BY place LIMIT ?)",
        (*found, SWEPT_AT_ONCE),
    ).rowcount
    if pieces < SWEPT_AT_ONCE:
        db.execute("DELETE FROM files WHERE number = ?", found)
    return pieces + 1
