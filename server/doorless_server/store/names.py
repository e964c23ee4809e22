"""Which names are held, by what an eye sees of them, and which were given up not long ago.

    nobody's ── take ──► held ── release ──► given up ── RELEASED_DAYS ──► nobody's
                          ▲                     │
                          └─ the same account ──┘

One row a skeleton. Whose it was shows only to who knows the account. Runs inside a transaction.
Spec: docs/spec/07-relay.md §3.2, §3.8.
"""

import sqlite3

from doorless_protocol import handles
from doorless_protocol.encoding import transcript_hash
from doorless_server.limits import RELEASED_DAYS
from doorless_server.store.base import LookalikeError, ReleasedError

HELD = 0
"""In the place of a day: an account has it."""


def check_free(db: sqlite3.Connection, handle: str, account: bytes, day: int) -> None:
    """Raises LookalikeError, ReleasedError: this account does not get this handle today."""
    held = db.execute(
        "SELECT released_day, owner FROM names WHERE skeleton = ?", (handles.skeleton(handle),)
    ).fetchone()
    if held is None:
        return
    released, owner = held
    if released == HELD:
        raise LookalikeError("a handle that looks the same")
    if not is_released_for_good(released, day) and owner != owner_digest(handle, account):
        raise ReleasedError("a handle that was given up")


def is_released_for_good(released: int, day: int) -> bool:
    """Whether a name that was given up on the day `released` is anybody's by now."""
    return day - released > RELEASED_DAYS


def owner_digest(handle: str, account: bytes) -> bytes:
    """By which an account that was closed is known when it asks for its name again."""
    named = [(b"name", handles.skeleton(handle).encode()), (b"account", account)]
    return transcript_hash(b"doorless/1 released name", named)


def take(db: sqlite3.Connection, handle: str) -> None:
    db.execute("INSERT OR REPLACE INTO names VALUES (?, ?, x'')", (handles.skeleton(handle), HELD))


def release(db: sqlite3.Connection, handle: str, account: bytes, day: int) -> None:
    db.execute(
        "INSERT OR REPLACE INTO names VALUES (?, ?, ?)",
        (handles.skeleton(handle), max(day, HELD + 1), owner_digest(handle, account)),
    )


def sweep(db: sqlite3.Connection, day: int) -> int:
    """Forget what was given up longer ago; return how much."""
    return db.execute(
        "DELETE FROM names WHERE released_day BETWEEN ? AND ?", (HELD + 1, day - RELEASED_DAYS - 1)
    ).rowcount
