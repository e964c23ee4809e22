"""The database of a witness, and the one thread that works with it.

Each piece of work is one transaction, on the disk before `run` returns, and behind the one
before it; another process that opens the same file waits its turn. Spec:
docs/spec/12-witness.md §4.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from doorless_server.store import schema

CHECKPOINT_PAGES = 1000
"""Of the log of SQLite, before it goes into the file: 4 MB, its usual number."""

T = TypeVar("T")


class Desk:
    """Made by `open_desk`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._thread = ThreadPoolExecutor(1, "doorless-witness")

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do it, all of it or nothing. What `work` raises is raised here."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.do, work)

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`run` for who has no loop."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            outcome = work(self._db)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        return outcome

    def close(self) -> None:
        """Finish what was begun."""
        self._thread.shutdown()
        self._db.close()


def open_desk(path: Path) -> Desk:
    """Open the file, or begin it.

    Raises:
        NewerSchemaError: a later version wrote it.
        sqlite3.Error: it is no database, or damaged, or the disk refuses.
    """
    db = schema.open_writer(path, STEPS)
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return Desk(db)


def open_to_look(path: Path) -> sqlite3.Connection:
    """Open it to read, while a witness may be writing. Errors as of `open_desk`."""
    return schema.open_reader(path, STEPS)


def _schema() -> str:
    return files("doorless_server.witness").joinpath("schema.sql").read_text(encoding="utf-8")


STEPS = (_schema,)
