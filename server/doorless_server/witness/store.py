"""What a witness may never forget: the newest checkpoint that it cosigned, and proofs of forks.

    BEGIN IMMEDIATE ── what is held? ── decide ── keep what follows ── COMMIT ── cosign, answer
                       └──────── one transaction, on the disk before the answer ────────┘

Two requests at once are two transactions, one behind the other: the second decides by what
the first one kept. Spec: docs/spec/12-witness.md §4.
"""

import sqlite3
from collections.abc import Callable

from doorless_server.witness.decision import NOTHING, Accepted, Decision, Forked, Head


def head(db: sqlite3.Connection, origin: str) -> Head:
    """What was cosigned last of this log; NOTHING before the first time."""
    row = db.execute("SELECT size, root, note FROM cosigned WHERE origin = ?", (origin,)).fetchone()
    return NOTHING if row is None else Head(*row)


def forks(db: sqlite3.Connection) -> list[tuple[str, bytes, bytes]]:
    """Origin of a log, and two checkpoints of one size that it signed, ours first."""
    return db.execute("SELECT origin, ours, theirs FROM forks ORDER BY origin").fetchall()


def step(
    db: sqlite3.Connection, origin: str, now: int, decide: Callable[[Head], Decision]
) -> Decision:
    """Decide by what is held and keep what follows; to be run as one transaction.

    Kept is what was accepted, and the proof of a fork: the first one of a log convicts it,
    more would only fill the disk.
    """
    held = head(db, origin)
    decision = decide(held)
    if isinstance(decision, Accepted) and decision.head.size != held.size:
        kept = decision.head
        db.execute(
            "INSERT OR REPLACE INTO cosigned VALUES (?, ?, ?, ?)",
            (origin, kept.size, kept.root, kept.note),
        )
    elif isinstance(decision, Forked):
        db.execute(
            "INSERT OR IGNORE INTO forks VALUES (?, ?, ?, ?)",
            (origin, decision.ours, decision.theirs, now),
        )
    return decision
