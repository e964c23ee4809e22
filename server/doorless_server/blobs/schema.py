"""The database of sealed files: its versions, and what each of its columns is."""

import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from doorless_server.limits import FILES_LOG_BYTES
from doorless_server.store import schema
from doorless_server.store.schema import Column

DATABASE = "blobs.db"

CHECKPOINT_PAGES = 4_000
"""Pages of the write-ahead log, 16 MiB, after which they are copied: every 250 pieces."""

KEPT_BYTES = FILES_LOG_BYTES
"""To which the write-ahead log's file is cut when it begins again: a backup may have held it."""

CACHE_KIB = 4 * 1024
"""Of pages in memory, in KiB: a piece is written once, and read from the system's own cache."""


def open_writer(path: Path) -> sqlite3.Connection:
    """Open or begin it; errors as of `store.schema.open_writer`."""
    db = schema.open_writer(path, STEPS)
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute(f"PRAGMA journal_size_limit = {KEPT_BYTES}")
    return db


def open_reader(path: Path) -> sqlite3.Connection:
    """Open it to look, while a relay may be writing. Errors as of `open_writer`."""
    return schema.open_reader(path, STEPS)


def columns() -> Mapping[tuple[str, str], Column]:
    """By (table, column), as schema.sql declares them."""
    return schema.described(STEPS[0]())


STEPS = (partial(schema.script, "schema.sql", "doorless_server.blobs"),)
