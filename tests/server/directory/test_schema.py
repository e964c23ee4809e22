"""What the log writes down is classified, column by column, and shown by `inspect`."""

import sqlite3
from pathlib import Path
from typing import Any

from doorless_server import inspection
from doorless_server.directory import schema
from doorless_server.store.schema import CLASSES


def live_columns(db: sqlite3.Connection) -> set[tuple[str, str]]:
    return {
        (table, column[1])
        for table in inspection.tables(db)
        for column in db.execute(f"PRAGMA table_info({table})")
    }


def test_every_column_of_a_live_log_is_classified(bench: Any) -> None:
    db = bench.log.db
    assert live_columns(db) == set(schema.columns())
    assert {column.category for column in schema.columns().values()} <= CLASSES
    db.execute("ALTER TABLE labels ADD COLUMN handle TEXT")
    assert live_columns(db) != set(schema.columns())


def test_no_column_holds_a_name_or_a_time(bench: Any) -> None:
    assert not [c for c in schema.columns().values() if c.category in ("name", "time")]


def test_every_row_is_shown_or_those_of_a_label(bench: Any, ada: Any, ben: Any) -> None:
    for owner in (ada, ben):
        bench.put(owner)
    bench.log.stage(ada.change())
    every = {row.table for row in inspection.log_rows(bench.log.db)}
    assert every >= {"log", "labels", "versions", "records", "pending", "epochs", "nodes"}
    place, _ = bench.log.locate(ada.label)
    hers = [row.table for row in inspection.log_rows(bench.log.db, place)]
    assert hers == ["labels", "versions", "records", "pending"]


def test_the_log_is_synced_and_never_waits_for_its_own_copies(tmp_path: Path) -> None:
    db = schema.open_writer(tmp_path / "log.db")
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert db.execute("PRAGMA wal_autocheckpoint").fetchone() == (schema.CHECKPOINT_PAGES,)
    db.close()
