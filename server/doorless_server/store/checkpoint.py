"""Folds the write-ahead log back into the database, while others go on writing.

    writer        commit commit commit commit commit │rest│ commit: the log begins again
    checkpointer         [ most of the log          ]

SQLite would do it within a commit, which then takes as long as 16 MiB take, and everybody who
waits for that commit waits too. Here a thread with a connection of its own copies most of it
meanwhile. The log begins again only when nothing is left to copy: that rest the writer copies
itself, between two commits.
"""

import sqlite3
import threading
from contextlib import suppress

RESTART_PAGES = 4_000
"""Pages of the log (16 MiB) from which on it is worth to have it begin again."""

PERIOD = 0.25
"""Seconds that commits gather: a page that many of them change is copied once."""


class Checkpointer:
    """Two threads use it: the writer calls `committed`, its own does the rest until `close`.

    Args:
        own: a connection to the database that nobody else uses.
        writers: the connection that commits, used in `committed` alone.
    """

    def __init__(self, own: sqlite3.Connection, writers: sqlite3.Connection) -> None:
        self._own, self._writers = own, writers
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._rest_is_due = False
        self._thread = threading.Thread(target=self._serve, name="doorless-log", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """The writer committed, and has no transaction open."""
        if self._rest_is_due:
            self._rest_is_due = False
            _copy(self._writers)
        if not self._changed.is_set():
            self._changed.set()

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
            if _copy(self._own) >= RESTART_PAGES:
                self._rest_is_due = True


def _copy(db: sqlite3.Connection) -> int:
    """Copy what can be copied without waiting for anybody; return the pages of the log.

    A disk that refuses fails the next commit, which tells everybody: here nothing is lost.
    """
    with suppress(sqlite3.Error):
        _, pages, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(pages)
    return 0
