"""The log's own database: its versions, and what each of its columns is."""

import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from doorless_server.store import schema
from doorless_server.store.schema import Column

CHECKPOINT_PAGES = 1_000
"""Pages of the write-ahead log, 4 MiB, after which they are copied: some large epochs."""

IN_MEMORY = Path(":memory:")


def open_writer(path: Path) -> sqlite3.Connection:
    """Open or begin the log; errors as of `store.schema.open_writer`."""
    db = schema.open_writer(path, STEPS)
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return db


def columns() -> Mapping[tuple[str, str], Column]:
    """By (table, column), as schema.sql declares them."""
    return schema.described(STEPS[0]())


STEPS = (partial(schema.script, "schema.sql", "doorless_server.directory"),)
