"""What an open transaction holds in memory: rows to write once, and answers that cannot change.

    put, drop ──► held, the last for each key ──► written together: at the end, or before the
                                                  first question that memory cannot answer
    get, find ──► asked once; whoever asks again is told the same, until the table changes

A batch of envelopes changes the same few rows over and over, and asks for the same few. Nobody
else writes to a profile that is open, so inside a transaction both can be done once. Whoever
uses a table cannot tell, but by the clock. Spec: docs/spec/08-state.md §2.2.
"""

from collections.abc import Sequence
from typing import Any, Generic

from doorless_client.store.base import R, Value

Key = tuple[Value, ...]
Equal = tuple[tuple[str, Value], ...]


class Held(Generic[R]):
    """Of one table, as long as a transaction is open.

    Attributes:
        known: rows as they are now, by key; None: there is none.
        unwritten: keys of `known` that the database has otherwise, in the order of changing.
        found: what a question by columns was answered, until anything changes.
    """

    def __init__(self) -> None:
        self.known: dict[Key, R | None] = {}
        self.unwritten: dict[Key, None] = {}
        self.found: dict[Equal, Sequence[R]] = {}

    def change(self, key: Key, row: R | None) -> None:
        self.known[key] = row
        self.unwritten[key] = None
        if self.found:
            self.found.clear()

    def forget(self) -> None:
        self.known.clear()
        self.unwritten.clear()
        self.found.clear()


class Writer:
    """What a table does for the unit of work that it is part of."""

    held: Held[Any]

    def delete(self, keys: Sequence[Key]) -> None:
        raise NotImplementedError

    def write(self, rows: Sequence[Any]) -> None:
        raise NotImplementedError

    def forget(self) -> None:
        self.held.forget()


class UnitOfWork:
    """Of all tables, parents before their children: the order in which rows may be written."""

    def __init__(self) -> None:
        self.is_open = False
        self._tables: list[Writer] = []

    def include(self, table: Writer) -> None:
        self._tables.append(table)

    def begin(self) -> None:
        self.is_open = True

    def write(self) -> None:
        """Write what is held. Deletions first, so that no row that goes is in another one's way."""
        changed = [table for table in self._tables if table.held.unwritten]
        for table in reversed(changed):
            held = table.held
            gone = [key for key in held.unwritten if held.known[key] is None]
            if gone:
                table.delete(gone)
        for table in changed:
            held = table.held
            rows = [row for key in held.unwritten if (row := held.known[key]) is not None]
            if rows:
                table.write(rows)
            held.unwritten.clear()  # not before: what was refused must not be taken for written

    def end(self) -> None:
        """Kept or taken back: memory holds nothing any more."""
        self.is_open = False
        for table in self._tables:
            table.forget()
