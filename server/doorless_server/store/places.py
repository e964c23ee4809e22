"""Where the envelopes of a mailbox lie: the newest in memory, the others in a table.

    an envelope ──► memory: its mailbox, its position ──a turn for each mailbox──► the table
                        └── most are acknowledged before that, and leave no trace in it

    position   1 ─────────────── mark ─────────────── the newest
               in the table       in either, or gone: a start reads which

An index by mailbox would change a page of its own for nearly each envelope, for each is for
another mailbox than the one before: 8 KiB are written, twice, for 24 bytes. Where many wait to be
entered, and go in by the order of their mailboxes, they share pages (docs/adr/0078).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from doorless_server.store.rows import insert_rows
from doorless_server.store.undo import Undo

ENOUGH = 16_384
"""Envelopes in memory beyond which mailboxes have their turns. About 6 MB; a start reads two or
three times as many rows. The more there are, the more of them share a page."""

SHARE = 2
"""Entered for each one that arrives while mailboxes have their turns: so what is in memory shrinks,
and no commit has much more to do than another."""

AT_LEAST = 64
"""Entered at a time, however few arrive."""

Held = tuple[dict[bytes, dict[int, None]], ...]
"""Positions by mailbox, each in order, apart by the first byte of the mailbox: so that they are
sorted a few at a time. Sets would be looked through by the garbage collector; dicts of numbers are
not."""


class _Round(NamedTuple):
    """A turn for each mailbox.

    Attributes:
        mailboxes: whose turn is still to come, in order.
        began: what the newest position was when the first had its turn.
    """

    mailboxes: Iterator[bytes]
    began: int


class Places:
    """Used inside the writer's transactions, but for its making.

    Of each envelope that waits its place is known, in memory or in the table and not in both; of
    one mailbox those in the table came before those in memory.
    """

    def __init__(self, db: sqlite3.Connection, undo: Undo) -> None:
        self._undo = undo
        self._held: Held = tuple({} for _ in range(256))
        self._count = 0
        self._round: _Round | None = None
        self._is_behind = self._load(db)

    def of(
        self, db: sqlite3.Connection, mailbox: bytes, after: int = 0, count: int = -1
    ) -> list[int]:
        """Of what waits in a mailbox after a position the first `count`, or all, in order."""
        found = [
            position
            for (position,) in db.execute(
                "SELECT position FROM places WHERE mailbox = ? AND position > ?"
                " ORDER BY position LIMIT ?",
                (mailbox, after, count),
            )
        ]
        found += (each for each in self._held[mailbox[0]].get(mailbox, ()) if each > after)
        return found if count < 0 else found[:count]

    def add(self, db: sqlite3.Connection, arriving: Sequence[tuple[int, bytes]]) -> None:
        """These (position, mailbox), after all others, will be in the database next; others are
        entered.
        """
        if not arriving:
            return
        held = self._held
        self._undo.note(self._withdraw, arriving)
        for position, mailbox in arriving:
            held[mailbox[0]].setdefault(mailbox, {})[position] = None
        self._count += len(arriving)
        if self._round is None and (self._count > ENOUGH or self._is_behind):
            mailboxes = (mailbox for some in held for mailbox in sorted(some))
            self._round = _Round(mailboxes, arriving[-1][0])
        if self._round is not None:
            self._enter(db, self._round, max(SHARE * len(arriving), AT_LEAST))

    def remove(self, db: sqlite3.Connection, mailbox: bytes, positions: Sequence[int]) -> None:
        """What lay there, in one mailbox, is gone."""
        held = self._take(mailbox, positions)
        self._undo.note(self._put_back, mailbox, held)
        if len(held) < len(positions):
            entered = list(set(positions).difference(held))
            db.execute(
                "DELETE FROM places WHERE mailbox = ?"
                " AND position IN (SELECT value FROM json_each(?))",
                (mailbox, str(entered)),
            )

    def _enter(self, db: sqlite3.Connection, turns: _Round, least: int) -> None:
        """Enter those of the next mailboxes, each with all that it has; after the last one all that
        was there when the first had its turn is in the table.

        Args:
            least: entered unless the round ends; as many more as the last mailbox has.
        """
        rows: list[tuple[bytes, int]] = []
        self._undo.note(self._break_off, rows)
        while len(rows) < least:
            mailbox = next(turns.mailboxes, None)
            if mailbox is None:
                self._round, self._is_behind = None, False
                db.execute("DELETE FROM placed")
                db.execute("INSERT INTO placed VALUES (?)", (turns.began,))
                break
            positions = self._held[mailbox[0]].pop(mailbox, {})
            self._count -= len(positions)
            rows += [(mailbox, position) for position in positions]
        insert_rows(db, "INSERT OR ROLLBACK INTO places VALUES", rows)

    def _take(self, mailbox: bytes, positions: Sequence[int]) -> Sequence[int]:
        """From memory; return those that were there."""
        some = self._held[mailbox[0]]
        newest = some.get(mailbox, {})
        taken = [position for position in positions if newest.pop(position, 0) is None]
        self._count -= len(taken)
        if not newest:
            some.pop(mailbox, None)
        return taken

    def _withdraw(self, arriving: Sequence[tuple[int, bytes]]) -> None:
        """These did not come."""
        for position, mailbox in arriving:
            self._take(mailbox, (position,))

    def _put_back(self, mailbox: bytes, positions: Sequence[int]) -> None:
        """These are in memory, as they were."""
        if positions:
            some = self._held[mailbox[0]]
            newest = some.get(mailbox, {})
            some[mailbox] = dict.fromkeys(sorted({*newest, *positions}))
            self._count += len(some[mailbox]) - len(newest)

    def _break_off(self, rows: Sequence[tuple[bytes, int]]) -> None:
        """These were not entered: their mailboxes missed the turn, so the round ends without moving
        the mark, and the next begins at once.
        """
        for mailbox, of_mailbox in groupby(rows, itemgetter(0)):
            self._put_back(mailbox, [position for _, position in of_mailbox])
        self._round, self._is_behind = None, True

    def _load(self, db: sqlite3.Connection) -> bool:
        """Read what is not entered; return whether much lies behind the mark.

        A round that a start broke off did not move the mark: where much lies behind it, the next
        begins at once, and ends the sooner for what that one entered.
        """
        behind = 0
        for mailbox, position, is_entered in db.execute(
            "SELECT mailbox, position, EXISTS (SELECT 1 FROM places"
            " WHERE places.mailbox = envelopes.mailbox"
            " AND places.position = envelopes.position)"
            " FROM envelopes WHERE position > ? ORDER BY position",
            (last_entered(db),),
        ):
            behind += 1
            if not is_entered:
                self._held[mailbox[0]].setdefault(mailbox, {})[position] = None
                self._count += 1
        return behind > 2 * ENOUGH


def last_entered(db: sqlite3.Connection) -> int:
    """The mark; 0 before there is one."""
    (mark,) = db.execute("SELECT coalesce(max(position), 0) FROM placed").fetchone()
    return int(mark)
