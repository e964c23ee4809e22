"""Notices to people whose data was demanded: kept until they may be told, and a year from then.

    put ──► waits ── its time comes, by the clock alone ──► due ── a year ──► forgotten
     │        ▲  │
     │        └──┘ tell_from, postpone: the answer is written; an order was renewed, or ended
     └ withdraw: of an answer that was never written

The desk's commands write, beside a relay that serves and reads: nobody has to be there when an
order ends. Spec: docs/spec/21-notices.md §5.
"""

import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final, Self

import msgspec

from doorless_protocol.notice_frames import MAX_NOTICES, Notice
from doorless_server import datadir
from doorless_server.limits import DAY
from doorless_server.store import schema
from doorless_server.store.schema import Column

DATABASE: Final = "notices.db"

KEPT: Final = 365 * DAY
"""Seconds that a notice is kept from when it may be told: whoever was not there for a year, and
opens the messenger then, finds it in the demand log alone."""

CHECKPOINT_PAGES: Final = 100
"""Pages of the write-ahead log, 400 KiB, after which they are copied."""


class Notices:
    """DIR/demands/notices.db. Made by `open`; any number of processes may have it open."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @classmethod
    def open(cls, folder: Path, busy_ms: int = schema.BUSY_MS) -> Self:
        """Open or begin it, to write; errors as of `schema.open_writer`, and OSError.

        Args:
            folder: DIR/demands; made, for its owner alone, where there is none.
            busy_ms: how long to wait for another process that writes.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        db = schema.open_writer(folder / DATABASE, STEPS)
        datadir.sync_names(folder)
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        db.execute(f"PRAGMA busy_timeout = {busy_ms}")
        return cls(db)

    def close(self) -> None:
        self._db.close()

    def put(self, account: bytes, notice: Notice, from_: int | None) -> None:
        """Keep it, durably, to be told from then on. Of one demand an account is told once.

        Args:
            account: 32 bytes.
            notice: `told` is not looked at. Put again, the first one stays.
            from_: Unix seconds: now, or when an order ends; None: nobody knows yet.
        """
        self._db.execute(
            "INSERT INTO notices VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (account, notice.demand, from_, msgspec.msgpack.encode(notice)),
        )

    def withdraw(self, demand_id: str) -> None:
        """Forget what an answer left that was cut short: nobody was told of it."""
        self._db.execute("DELETE FROM notices WHERE demand = ?", (demand_id,))

    def tell_from(self, demand_id: str, from_: int | None) -> None:
        """The answer is written: tell of it from then, Unix seconds; None: an order has no end."""
        self._db.execute("UPDATE notices SET from_time = ? WHERE demand = ?", (from_, demand_id))

    def speak_before(self, demand_id: str, moment: int) -> bool:
        """Whether anybody is told of it before that, Unix seconds."""
        query = "SELECT count(*) FROM notices WHERE demand = ? AND from_time < ?"
        (count,) = self._db.execute(query, (demand_id, moment)).fetchone()
        return bool(count)

    def postpone(self, demand_id: str, from_: int | None) -> None:
        """Tell nobody of this demand before `from_`: an order was renewed, or ended (then: now).

        What was told already stays told: nobody takes back what somebody knows.
        """
        with schema.in_one_piece(self._db):
            rows = self._db.execute(
                "SELECT account, notice FROM notices WHERE demand = ?", (demand_id,)
            ).fetchall()
            for account, data in rows:
                delayed = msgspec.structs.replace(_kept(data), delayed=True)
                self._db.execute(
                    "UPDATE notices SET from_time = ?, notice = ? WHERE account = ? AND demand = ?",
                    (from_, msgspec.msgpack.encode(delayed), account, demand_id),
                )

    def due(self, account: bytes, now: int) -> tuple[Notice, ...]:
        """What this account may be told at `now`, the newest first, MAX_NOTICES at most."""
        rows = self._db.execute(
            "SELECT notice, from_time FROM notices WHERE account = ? AND from_time <= ?"
            " AND from_time > ? ORDER BY from_time DESC, demand LIMIT ?",
            (account, latest_told(now), now - KEPT, MAX_NOTICES),
        )
        return tuple(
            msgspec.structs.replace(_kept(data), told=from_ // DAY) for data, from_ in rows
        )

    def forget(self, account: bytes) -> None:
        """The account was closed: nobody is left to tell."""
        self._db.execute("DELETE FROM notices WHERE account = ?", (account,))

    def accounts(self) -> tuple[bytes, ...]:
        """Whom anything is kept for."""
        return tuple(each for (each,) in self._db.execute("SELECT DISTINCT account FROM notices"))

    def sweep(self, now: int) -> int:
        """Forget what could be told for long enough; of how many."""
        gone = self._db.execute("DELETE FROM notices WHERE from_time <= ?", (now - KEPT,))
        return gone.rowcount


def latest_told(now: int) -> int:
    """The latest moment, in Unix seconds, of which a notice is told at `now`: none before it."""
    return now


def columns() -> Mapping[tuple[str, str], Column]:
    """By (table, column), as notices.sql declares them."""
    return schema.described(STEPS[0]())


def _kept(data: bytes) -> Notice:
    return msgspec.msgpack.decode(data, type=Notice)


STEPS: Final = (partial(schema.script, "notices.sql", "doorless_server.demands"),)
