"""What the log signed last, in a file of its own: a database may be restored, this one is not.

A checkpoint leaves the process only when its size and root are on the disk here. Of a size
that is not larger, nothing is signed again but the very same root: so that a relay whose log
came back from a backup cannot tell a second history. Spec: docs/spec/13-directory.md §5.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from doorless_server.store.schema import BUSY_MS

_FORM = """CREATE TABLE IF NOT EXISTS heads (
    key BLOB PRIMARY KEY,   -- the Ed25519 key that signs the log
    size INTEGER NOT NULL,  -- the largest that was signed
    root BLOB NOT NULL
) STRICT"""


class ForkRefusedError(Exception):
    """Another history than the one signed: nothing was signed. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Head:
    size: int
    root: bytes


class HeadStore:
    """The last head that each key signed: one, until a log is ended and another one begun."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.Error: it cannot be read, or is no head store."""
        self._db = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000
        )
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")  # one sync for each head
            self._db.execute(_FORM)
        except BaseException:
            self._db.close()
            raise

    def last(self, key: bytes) -> Head:
        """Of size 0 where nothing was ever signed."""
        found = self._db.execute("SELECT size, root FROM heads WHERE key = ?", (key,)).fetchone()
        return Head(*found) if found else Head(0, b"")

    def remember(self, key: bytes, head: Head) -> None:
        """Have it on the disk that `head` is about to be signed, before it is.

        Raises:
            ForkRefusedError: what was signed before is not continued by it.
            sqlite3.Error: it is not on the disk, so it must not be signed.
        """
        self._db.execute("BEGIN IMMEDIATE")
        try:
            refuse_fork(self.last(key), head)
            self._db.execute(
                "INSERT INTO heads VALUES (?, ?, ?) ON CONFLICT (key)"
                " DO UPDATE SET size = excluded.size, root = excluded.root",
                (key, head.size, head.root),
            )
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def copy(self) -> "HeadStore":
        """The same heads, in memory and on their own from here."""
        copied = HeadStore(Path(":memory:"))
        self._db.backup(copied._db)
        return copied

    def close(self) -> None:
        """The file alone holds everything then."""
        self._db.close()


def refuse_fork(last: Head, head: Head) -> None:
    """Raises ForkRefusedError: smaller than what was signed, or as large with another root."""
    if head.size < last.size:
        raise ForkRefusedError(
            f"log.db has {head.size} entries, but {last.size} were signed: it is an older copy. Put"
            " back the newest log.db that there is. Nothing is signed: a log that went on from an"
            " older copy would tell two histories, and every client would prove it"
        )
    if head.size == last.size and head.root != last.root:
        raise ForkRefusedError(
            f"the first {last.size} entries of log.db are not those that were signed: it is another"
            " copy. Put back the log.db that this relay wrote last"
        )
