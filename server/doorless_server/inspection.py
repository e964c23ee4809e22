"""Everything that the relay holds, row by row, with the class of every column.

Reads what is there, from the live database, and leaves no column out: what is not shown
here is not held. Spec: docs/spec/07-relay.md §9.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doorless_protocol import handles
from doorless_server.blobs import schema as blob_schema
from doorless_server.demands import log_rows as demand_schema
from doorless_server.demands import notices
from doorless_server.directory import schema
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
    "envelopes": "position IN (SELECT position FROM places WHERE mailbox IN"
    " (SELECT mailbox FROM devices WHERE account = :account))"
    " OR (position > (SELECT coalesce(max(position), 0) FROM placed)"
    " AND mailbox IN (SELECT mailbox FROM devices WHERE account = :account))",
    "places": "FALSE",  # says again of an envelope what its own row says
    "names": "skeleton = :skeleton",
    "receipts": "FALSE",  # of what was delivered nobody can tell whose it was
}


_OF_LABEL = {
    "labels": "place = :place",
    "versions": "label IN (SELECT id FROM labels WHERE place = :place)",
    "records": "label IN (SELECT id FROM labels WHERE place = :place)",
    "pending": "label IN (SELECT id FROM labels WHERE place = :place)",
}
"""What the rest of the log holds is of nobody in particular."""


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
    whose = None if handle is None else _whose(db, handle)
    yield from _moment(db, columns(), None if whose is None else _OF_ACCOUNT, whose or {})


def log_rows(db: sqlite3.Connection, place: bytes | None = None) -> Iterator[Row]:
    """Every row of the key log, or those of the label at this place in its map."""
    only = None if place is None else _OF_LABEL
    return _moment(db, schema.columns(), only, {"place": place})


def blob_rows(db: sqlite3.Connection) -> Iterator[Row]:
    """Every row about sealed files. Of none of them can anybody tell whose it is."""
    return _moment(db, blob_schema.columns(), None, {})


def notice_rows(db: sqlite3.Connection, account: bytes | None = None) -> Iterator[Row]:
    """Every row of notices to people whose data was demanded, or those for one account."""
    only = None if account is None else {"notices": "account = :account"}
    return _moment(db, notices.columns(), only, {"account": account})


def demand_rows(db: sqlite3.Connection) -> Iterator[Row]:
    """Every row of the demand log. None of them names an account."""
    return _moment(db, demand_schema.columns(), None, {})


def account_of(db: sqlite3.Connection, handle: str) -> bytes:
    """The id of an account. Raises UnknownAccountError."""
    found: bytes = _whose(db, handle)["account"]
    return found


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


def _moment(
    db: sqlite3.Connection,
    classes: Mapping[tuple[str, str], Column],
    only: Mapping[str, str] | None,
    values: Mapping[str, Any],
) -> Iterator[Row]:
    """The rows of all tables as of one moment; `only` says which of each table."""
    db.execute("BEGIN")
    try:
        for table in tables(db):
            where = "TRUE" if only is None else only.get(table, "FALSE")
            cursor = db.execute(
                f"SELECT * FROM {table} WHERE {where}",  # noqa: S608 (both are ours)
                values,
            )
            names = [column[0] for column in cursor.description]
            held = {name: classes[table, name] for name in names}
            for row in cursor:
                yield Row(table, dict(zip(names, row, strict=True)), held)
    finally:
        db.execute("ROLLBACK")
