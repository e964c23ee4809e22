"""What the writer knows of the mailboxes in use, read from the database when first asked for.

Who may still put something in, and where in the table everything that waits lies: with it an
envelope is taken in, recognised and deleted without a search.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence

from msgspec import Struct

from doorless_server.store.admission import Box
from doorless_server.store.places import Places
from doorless_server.store.receipts import digest
from doorless_server.store.undo import Undo

MAX_BOXES = 100_000
"""Mailboxes remembered, about 40 MB."""

MAX_WAITING = 500_000
"""Envelopes remembered in all of them, about 90 MB."""


class Waiting(Struct, frozen=True, gc=False):
    """An envelope that waits.

    Attributes:
        digest: what its receipt will be.
    """

    position: int
    size: int
    request: bool
    digest: bytes


class Mailbox(Struct, gc=False):
    """A mailbox in use. Changed through `Boxes` alone, which counts.

    Attributes:
        waiting: by envelope id.
    """

    box: Box
    waiting: dict[bytes, Waiting] = {}

    def add(self, envelope_id: bytes, waiting: Waiting) -> None:
        self.waiting[envelope_id] = waiting
        self.box.count(waiting.size, request=waiting.request)


NOBODY = Mailbox(Box(bytes(32), bytes(32), -1, requests=1 << 62))
"""In the place of a mailbox that there is not: no token opens it, and it is full for strangers."""


class Boxes:
    """The mailboxes used lately; the one used longest ago is forgotten first.

    Where a transaction is undone, one that it read after it wrote is forgotten: it may have seen
    what never was. One that was known before is told what came and went in vain.
    """

    def __init__(self, places: Places, undo: Undo) -> None:
        self._places, self._undo = places, undo
        self._boxes: OrderedDict[bytes, Mailbox] = OrderedDict()
        self._waiting = 0

    def forget_one(self, mailbox: bytes) -> None:
        known = self._boxes.pop(mailbox, None)
        if known is not None:
            self._waiting -= len(known.waiting)

    def find(self, db: sqlite3.Connection, mailbox: bytes) -> Mailbox | None:
        """None where there is no such mailbox."""
        known = self._boxes.get(mailbox)
        if known is not None:
            self._boxes.move_to_end(mailbox)
            return known
        known = _read(db, mailbox, self._places)
        if known is not None:
            if self._undo.is_needed():
                self._undo.note(self.forget_one, mailbox)
            self._boxes[mailbox] = known
            self._waiting += len(known.waiting)
        return known

    def add(self, mailbox: Mailbox, envelope_id: bytes, waiting: Waiting) -> None:
        mailbox.waiting[envelope_id] = waiting
        mailbox.box.count(waiting.size, request=waiting.request)
        self._waiting += 1

    def remove(self, mailbox: Mailbox, envelope_id: bytes) -> Waiting | None:
        """What waited under this id, and does no more; None if nothing did."""
        gone = mailbox.waiting.pop(envelope_id, None)
        if gone is not None:
            mailbox.box.count(gone.size, request=gone.request, sign=-1)
            self._waiting -= 1
        return gone

    def withdraw(self, mailbox: bytes, envelope_id: bytes) -> None:
        """It was not added."""
        known = self._boxes.get(mailbox)
        if known is not None:
            self.remove(known, envelope_id)

    def put_back(self, mailbox: bytes, gone: Sequence[tuple[bytes, Waiting | None]]) -> None:
        """These were not removed; of None there was nothing to remove."""
        known = self._boxes.get(mailbox)
        if known is not None:
            for envelope_id, waiting in gone:
                if waiting is not None:
                    self.add(known, envelope_id, waiting)

    def trim(self) -> None:
        """Forget what is too much. After it, no Mailbox found before may be used."""
        while len(self._boxes) > MAX_BOXES or self._waiting > MAX_WAITING:
            _, gone = self._boxes.popitem(last=False)
            self._waiting -= len(gone.waiting)


def search_in_vain(db: sqlite3.Connection, named: bytes) -> None:
    """Have what is refused at a full mailbox take as long as at one that there is not.

    Args:
        named: the digest of what came; 128 bits of it are no mailbox's id.
    """
    _find(db, named[:16])


def _find(db: sqlite3.Connection, mailbox: bytes) -> tuple[bytes, bytes, int] | None:
    found: tuple[bytes, bytes, int] | None = db.execute(
        "SELECT token_hash, previous_hash, previous_until FROM devices"
        " JOIN accounts ON accounts.id = devices.account WHERE mailbox = ?",
        (mailbox,),
    ).fetchone()
    return found


def _read(db: sqlite3.Connection, mailbox: bytes, places: Places) -> Mailbox | None:
    found = _find(db, mailbox)
    if found is None:
        return None
    read = Mailbox(Box(*found))
    for envelope_id, position, size, request in db.execute(
        "SELECT envelopes.id, position, length(envelope), request FROM json_each(?)"
        " CROSS JOIN envelopes ON position = value",
        (str(places.of(db, mailbox)),),
    ):
        named = digest(mailbox, envelope_id)
        read.add(envelope_id, Waiting(position, size, bool(request), named))
    return read
