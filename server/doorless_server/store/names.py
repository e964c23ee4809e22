"""Which names are held, by what an eye sees of them, and which were given up not long ago.

    nobody's ── take ──► held ── release ──► given up ── RELEASED_DAYS ──► nobody's
                          ▲                     │
                          └─ the same account ──┘

One row a skeleton. Whose it was shows only to who knows the account. The rule is `check_free`, for
every store; below it what runs inside a transaction of the one on disk.
Spec: docs/spec/07-relay.md §3.2, §3.8.
"""

import sqlite3
from typing import NamedTuple

from doorless_protocol import handles
from doorless_protocol.encoding import transcript_hash
from doorless_server.limits import RELEASED_DAYS
from doorless_server.store.base import LookalikeError, ReleasedError

HELD = 0
"""In the place of a day: an account has it."""


class Name(NamedTuple):
    """What is kept of a name that somebody has or had.

    Attributes:
        released: the day on which it was given up, or HELD.
        owner: whose it was, by `owner_digest`; empty while it is held.
    """

    released: int
    owner: bytes

    @classmethod
    def given_up(cls, handle: str, account: bytes, day: int) -> "Name":
        return cls(max(day, HELD + 1), owner_digest(handle, account))


TAKEN = Name(HELD, b"")


def check_free(held: Name | None, handle: str, account: bytes, day: int) -> None:
    """Raises LookalikeError, ReleasedError: this account does not get this handle today."""
    if held is None:
        return
    if held.released == HELD:
        raise LookalikeError("a handle that looks the same")
    if not is_released_for_good(held.released, day) and held.owner != owner_digest(handle, account):
        raise ReleasedError("a handle that was given up")


def is_released_for_good(released: int, day: int) -> bool:
    """Whether a name that was given up on the day `released` is anybody's by now; not if HELD."""
    return released != HELD and day - released > RELEASED_DAYS


def owner_digest(handle: str, account: bytes) -> bytes:
    """By which an account that was closed is known when it asks for its name again."""
    named = [(b"name", handles.skeleton(handle).encode()), (b"account", account)]
    return transcript_hash(b"doorless/1 released name", named)


def find(db: sqlite3.Connection, handle: str) -> Name | None:
    """Who has or had the name, or one that looks the same."""
    row = db.execute(
        "SELECT released_day, owner FROM names WHERE skeleton = ?", (handles.skeleton(handle),)
    ).fetchone()
    return Name(*row) if row else None


def keep(db: sqlite3.Connection, handle: str, name: Name) -> None:
    row = (handles.skeleton(handle), *name)
    db.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?)", row)


def sweep(db: sqlite3.Connection, day: int) -> int:
    """Forget what was given up longer ago; return how much."""
    return db.execute(
        "DELETE FROM names WHERE released_day BETWEEN ? AND ?", (HELD + 1, day - RELEASED_DAYS - 1)
    ).rowcount
