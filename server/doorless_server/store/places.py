"""Where the envelopes of a mailbox lie: the newest in memory, the others in a table.

    an envelope ──► memory: its mailbox, its position ──a turn for each mailbox──► the table
                        └── most are acknowledged before that, and leave no trace in it

    position   1 ─────────────── mark ─────────────── the newest
               in the table       in either: a start reads which

An index by mailbox would change a page of its own for nearly each envelope, for each is for
another mailbox than the one before: 8 KiB are written, twice, for 24 bytes. Where many wait to be
entered, and go in by the order of their mailboxes, they share pages (docs/adr/0078).
"""

import sqlite3
from collections.abc import Iterator, Sequence

from doorless_server.store.rows import insert_rows

Held = dict[bytes, dict[int, None]]
"""Positions by mailbox, each in order. Sets would be looked through by the garbage collector."""

ENOUGH = 16_384
"""Envelopes in memory from which on mailboxes have their turns. About 5 MB, and as many rows that a
start looks at; the more there are, the more share a page."""

SHARE = 2
"""Entered for each one that arrives while mailboxes have their turns: so what is in memory shrinks,
and no commit has much more to do than another."""

AT_LEAST = 64
"""Entered by a commit, however few arrive with it."""


class Places:
    """Used inside the writer's transactions, but for its making.

    Of each envelope that waits its place is known, in memory or in the table and not in both; of
    one mailbox those in the table came before those in memory.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._held: Held | None = None
        self._count = 0
        self._turns: Iterator[bytes] | None = None  # mailboxes of which each has its turn
        self._began = 0  # what the newest position was when the first had its turn
        self._load(db)

    def forget(self) -> None:
        """What is in memory may no longer be so, and is read again when it is next needed."""
        self._held = None

    def of(self, db: sqlite3.Connection, mailbox: bytes, after: int = 0) -> list[int]:
        """Of all that waits in a mailbox behind `after`, in order."""
        held = self._load(db)
        entered = db.execute(
            "SELECT position FROM places WHERE mailbox = ? AND position > ? ORDER BY position",
            (mailbox, after),
        ).fetchall()
        newest = (position for position in held.get(mailbox, ()) if position > after)
        return [*(position for (position,) in entered), *newest]

    def add(self, db: sqlite3.Connection, arrived: Sequence[tuple[int, bytes]]) -> None:
        """These (position, mailbox) came, behind all others; others are entered."""
        if not arrived:
            return
        held = self._load(db)
        for position, mailbox in arrived:
            held.setdefault(mailbox, {})[position] = None
        self._count += len(arrived)
        if self._turns is None and self._count > ENOUGH:
            self._turns, self._began = iter(sorted(held)), arrived[-1][0]
        if self._turns is not None:
            self._enter(db, held, self._turns, max(SHARE * len(arrived), AT_LEAST))

    def remove(self, db: sqlite3.Connection, mailbox: bytes, positions: Sequence[int]) -> None:
        """What lay there, in one mailbox, is gone."""
        held = self._load(db)
        newest = held.get(mailbox, {})
        entered = [position for position in positions if position not in newest]
        for position in positions:
            newest.pop(position, None)
        self._count -= len(positions) - len(entered)
        if not newest:
            held.pop(mailbox, None)
        if entered:
            db.execute(
                "DELETE FROM places WHERE mailbox = ?"
                " AND position IN (SELECT value FROM json_each(?))",
                (mailbox, str(entered)),
            )

    def _enter(
        self, db: sqlite3.Connection, held: Held, turns: Iterator[bytes], least: int
    ) -> None:
        """Enter those of the next mailboxes, each with all that it has; after the last mailbox all
        that was there when the first had its turn is in the table.
        """
        rows: list[tuple[bytes, int]] = []
        while len(rows) < least:
            mailbox = next(turns, None)
            if mailbox is None:
                self._turns = None
                db.execute("DELETE FROM placed")
                db.execute("INSERT INTO placed VALUES (?)", (self._began,))
                break
            rows += [(mailbox, position) for position in held.pop(mailbox, ())]
        self._count -= len(rows)
        insert_rows(db, "INSERT OR ROLLBACK INTO places VALUES", rows)

    def _load(self, db: sqlite3.Connection) -> Held:
        if self._held is None:
            mark = last_entered(db)
            held: Held = {}
            self._turns, self._count = None, 0
            for mailbox, position in db.execute(
                "SELECT mailbox, position FROM envelopes WHERE position > ? AND NOT EXISTS (SELECT"
                " 1 FROM places WHERE places.mailbox = envelopes.mailbox"
                " AND places.position = envelopes.position) ORDER BY position",
                (mark,),
            ):
                held.setdefault(mailbox, {})[position] = None
                self._count += 1
            self._held = held
        return self._held


def last_entered(db: sqlite3.Connection) -> int:
    """The mark; 0 before there is one."""
    (mark,) = db.execute("SELECT coalesce(max(position), 0) FROM placed").fetchone()
    return int(mark)
