"""Everything that the relay holds, row by row, with the class of every column.

Reads what is there, from the live database, and leaves no column out: what is not shown
here is not held. Spec: docs/spec/07-relay.md §9.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from doorless_protocol import handles
from doorless_server.store.schema import Column, columns

SHOWN_BYTES = 32
"""Of a long value: its size and hash say the rest."""

_OF_ACCOUNT = {
    "accounts": "id = :account",
    "heads": "account = :account",
    "devices": "account = :account",
    "bindings": "account = :account",
    "bundles": "device IN (SELECT id FROM devices WHERE account = :account)",
    "served_keys": "device IN (SELECT id FROM devices WHERE account = :account)",
    "one_time_pairs": "device IN (SELECT id FROM devices WHERE account = :account)",
    "envelopes": "mailbox IN (SELECT mailbox FROM devices WHERE account = :account)",
    "names": "skeleton = :skeleton",
    "receipts": "FALSE",  # of what was delivered nobody can tell whose it was
}


class UnknownAccountError(Exception):
    """Nobody has this handle."""


@dataclass(frozen=True, slots=True)
class Row:
    table: str
    values: dict[str, Any]
    classes: dict[str, Column]


def rows(db: sqlite3.Connection, handle: str | None = None) -> Iterator[Row]:
    """Every row, or those of one account, as of one moment.

    Raises:
        UnknownAccountError: there is no such handle.
    """
    db.execute("BEGIN")
    try:
        whose = None if handle is None else _whose(db, handle)
        for table in tables(db):
            yield from _rows_of(db, table, whose)
    finally:
        db.execute("ROLLBACK")


def tables(db: sqlite3.Connection) -> list[str]:
    found = db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY rowid"
    )
    return [name for (name,) in found]


def shown(value: Any) -> Any:
    """A value as JSON has it: short bytes in hex, long ones by size, hash and beginning."""
    if not isinstance(value, bytes):
        return value
    if len(value) <= SHOWN_BYTES:
        return value.hex()
    digest = hashlib.sha256(value).hexdigest()
    return {"bytes": len(value), "sha256": digest, "head": value[:SHOWN_BYTES].hex()}


def _whose(db: sqlite3.Connection, handle: str) -> dict[str, Any]:
    found = db.execute("SELECT id FROM accounts WHERE handle = ?", (handle,)).fetchone()
    if found is None:
        raise UnknownAccountError(f"nobody is registered here as {handle!r}")
    return {"account": found[0], "skeleton": handles.skeleton(handle)}


def _rows_of(db: sqlite3.Connection, table: str, whose: dict[str, Any] | None) -> Iterator[Row]:
    if whose is None:
        cursor = db.execute(f"SELECT * FROM {table}")  # noqa: S608 (a name out of the schema)
    else:
        cursor = db.execute(
            f"SELECT * FROM {table} WHERE {_OF_ACCOUNT[table]}",  # noqa: S608 (both are ours)
            whose,
        )
    names = [column[0] for column in cursor.description]
    classes = {name: columns()[table, name] for name in names}
    for values in cursor:
        yield Row(table, dict(zip(names, values, strict=True)), classes)
