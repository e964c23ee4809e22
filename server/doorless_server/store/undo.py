"""What a transaction changed in memory, so that memory goes back with it when it is undone.

Read anew, it would be right as well; but on a disk that is full each batch is undone, and what
waits is tens of thousands of rows (docs/adr/0079).
"""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVarTuple, Unpack

Args = TypeVarTuple("Args")


class Undo:
    """The steps back from what the open transaction changed.

    A step is noted before anything of what it takes back can fail, and does no harm where that was
    not done. None asks the database.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._steps: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self._before = db.total_changes

    def is_needed(self) -> bool:
        """Has the transaction written? Until then what it reads is what the disk has."""
        return self._db.total_changes != self._before

    def note(self, step: Callable[[Unpack[Args]], None], *args: *Args) -> None:
        self._steps.append((step, args))

    def run(self) -> None:
        """The transaction was rolled back: take the steps, the last one first."""
        while self._steps:
            step, args = self._steps.pop()
            step(*args)
        self._before = self._db.total_changes

    def clear(self) -> None:
        """The transaction was committed."""
        self._steps.clear()
        self._before = self._db.total_changes
