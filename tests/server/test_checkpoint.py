"""The write-ahead log is folded back beside the commits, and begins again."""

import sqlite3
from pathlib import Path

import pytest

from doorless_server.store import checkpoint as module
from doorless_server.store.checkpoint import Checkpointer
from doorless_server.store.schema import open_writer


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PERIOD", 0.0)
    monkeypatch.setattr(module, "RESTART_PAGES", 50)


def commit(db: sqlite3.Connection, checkpointer: Checkpointer) -> None:
    db.execute("INSERT INTO numbers VALUES (randomblob(4000))")
    checkpointer.committed()


def restarts(path: Path) -> int:
    """How often the log began again, as its header counts it (SQLite file format §4.1)."""
    header = Path(f"{path}-wal").read_bytes()[:16]
    return int.from_bytes(header[12:16], "big")


def test_under_steady_writing_the_log_begins_again(tmp_path: Path, quick: None) -> None:
    path = tmp_path / "relay.db"
    db = open_writer(path)
    db.execute("CREATE TABLE numbers (value BLOB) STRICT")
    checkpointer = Checkpointer(open_writer(path), db, Path(f"{path}-wal"))
    for _ in range(100_000):
        commit(db, checkpointer)
        if restarts(path) >= 3:
            break
    assert restarts(path) >= 3
    checkpointer.close()
    db.close()


def test_a_reader_keeps_the_log_and_loses_nothing(tmp_path: Path, quick: None) -> None:
    path = tmp_path / "relay.db"
    db = open_writer(path)
    db.execute("CREATE TABLE numbers (value BLOB) STRICT")
    checkpointer = Checkpointer(open_writer(path), db, Path(f"{path}-wal"))
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
    for _ in range(200):
        commit(db, checkpointer)
    assert reader.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM numbers").fetchone() == (200,)
    reader.close()
    checkpointer.close()
    db.close()
