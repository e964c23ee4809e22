"""Folds the write-ahead log back into the database, while others go on writing.

    writer        commit commit commit commit commit │rest│ commit: the log begins again
    checkpointer         [ most of the log          ]

SQLite would do it within a commit, which then takes as long as 16 MiB take, and everybody who
waits for that commit waits too. Here a thread with a connection of its own copies most of it
meanwhile. The log begins again only when nothing is left to copy: that rest the writer copies
itself, between two commits.

Another process that reads one moment of the database (`inspect`, a backup) keeps what it reads in
the log. Where it does not end, and where the disk copies more slowly than mail comes, nothing new
is taken before the log grows beyond its bound (docs/spec/07-relay.md §6).
"""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from doorless_server import events
from doorless_server.datadir import is_copied
from doorless_server.limits import BACKUP_LOG_BYTES, LOG_BYTES, LOG_RESERVE, MIB
from doorless_server.store.writer import is_passing

RESTART_PAGES = 2_000
"""Pages of the log (16 MiB) from which on it is worth to have it begin again."""

PERIOD = 0.25
"""Seconds that commits gather: a page that many of them change is copied once."""


LITTLE = 0.5
"""Seconds of copying after which what was committed meanwhile is copied here, too: a backup held
the log, and it is a hundred times as long as else. Once only: on a disk that is always as slow
the log would never begin again."""

KEPT_BYTES = 48 * MIB
"""To which the file is cut when the log begins again: more than it grows to by itself, for a file
that is cut at each turn is slower to write."""


class Copied(NamedTuple):
    """Pages in the log, and those of them that are in the database too."""

    pages: int
    copied: int


class Checkpointer:
    """The writer calls `committed` and its own thread does the rest until `close`; `may_take` and
    `may_delete` are asked on the loop.

    Args:
        own: a connection to the database that nobody else uses.
        writers: the connection that commits, used in `committed` alone.
        log: the write-ahead log's file.
        broken: called, in either thread, when the disk failed as `writer.Writer` says it.
    """

    def __init__(
        self,
        own: sqlite3.Connection,
        writers: sqlite3.Connection,
        log: Path,
        broken: Callable[[Exception], None],
    ) -> None:
        self._own, self._writers, self._log, self._broken = own, writers, log, broken
        self._is_held = self._is_refusing = self._is_copying = False
        writers.execute(f"PRAGMA journal_size_limit = {KEPT_BYTES}")
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._rest_is_due = False
        self._thread = threading.Thread(target=self._serve, name="doorless-log", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """The writer committed, and has no transaction open."""
        if self._rest_is_due:
            self._rest_is_due = False
            self._is_held = is_held(self._copy(self._writers))
        if not self._changed.is_set():
            self._changed.set()

    def may_take(self, size: int) -> bool:
        """Whether so many bytes of new envelopes may be written."""
        return self._has_room(size, LOG_RESERVE)

    def may_delete(self) -> bool:
        return self._has_room(0, 0)

    def _has_room(self, size: int, reserve: int) -> bool:
        """Nothing is asked of the disk where the next commit may have the log begin again."""
        is_held = self._is_held
        if not is_held and self._is_refusing:
            self._is_refusing = False
            events.say(events.READER_LET_GO)
        if not (is_held or self._is_copying):
            return True
        with suppress(OSError):
            held = self._log.stat().st_size
            if fits(held, size, reserve, LOG_BYTES):
                return True
            if is_copied(self._log.parent) and fits(held, size, reserve, BACKUP_LOG_BYTES):
                return True
            self._changed.set()  # no commit asks any more whether the reader let go
            if is_held and not self._is_refusing:
                self._is_refusing = True
                events.say(events.READER_HOLDS_LOG, mib=held // MIB)
        return False

    def close(self) -> None:
        """End the thread and close its connection; what is left stays in the log."""
        self._stopping.set()
        self._changed.set()
        self._thread.join()
        self._own.close()

    def _serve(self) -> None:
        while True:
            self._changed.wait()
            if self._stopping.wait(PERIOD):
                return
            self._changed.clear()
            if self._stopping.is_set():  # meanwhile, and what woke us for it was just cleared
                return
            self._is_copying = True
            start = perf_counter()
            copied = self._copy(self._own)
            if perf_counter() - start > LITTLE:
                copied = self._copy(self._own)  # what came meanwhile is too much for the writer
            self._rest_is_due = copied.pages >= RESTART_PAGES
            if not is_held(copied):
                self._is_held = False
            self._is_copying = False

    def _copy(self, db: sqlite3.Connection) -> Copied:
        """A disk that is full fails the next commit, which tells everybody: nothing is lost here.

        Where it failed for good, nobody may go on: a sync that failed is not repeated.
        """
        try:
            return _copy(db)
        except sqlite3.Error as error:
            if not is_passing(error):
                self._broken(error)
            return Copied(0, 0)


def is_held(copied: Copied) -> bool:
    """Where nobody commits meanwhile: does a reader keep a part of it from being copied?"""
    return copied.copied < copied.pages


def fits(held: int, size: int, reserve: int, most: int) -> bool:
    """Whether a log of `held` bytes stays below its bound with `size` more, and what comes with
    them: each page that they touch is written whole."""
    return held + 2 * size + reserve <= most


def _copy(db: sqlite3.Connection) -> Copied:
    """Copy what can be copied without waiting for anybody. Raises sqlite3.Error."""
    _, pages, copied = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return Copied(pages, copied)
