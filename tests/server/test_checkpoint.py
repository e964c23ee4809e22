"""The write-ahead log is folded back beside the commits, and begins again."""

import sqlite3
import threading
from pathlib import Path

import pytest

from doorless_server.limits import MIB
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
    checkpointer = Checkpointer(open_writer(path), db, Path(f"{path}-wal"), pytest.fail)
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
    checkpointer = Checkpointer(open_writer(path), db, Path(f"{path}-wal"), pytest.fail)
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


def test_a_disk_that_copies_slowly_bounds_what_is_taken(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "relay.db"
    log = Path(f"{path}-wal")
    monkeypatch.setattr(module, "LOG_BYTES", 2 * MIB)
    monkeypatch.setattr(module, "LOG_RESERVE", MIB // 4)
    db = open_writer(path)
    db.execute("CREATE TABLE numbers (value BLOB) STRICT")
    own = open_writer(path)
    copy, begun, goes_on = module._copy, threading.Event(), threading.Event()

    def slowly(connection: sqlite3.Connection) -> module.Copied:
        if connection is own:
            begun.set()
            goes_on.wait()
        return copy(connection)

    monkeypatch.setattr(module, "_copy", slowly)
    checkpointer = Checkpointer(own, db, log, pytest.fail)
    commit(db, checkpointer)
    begun.wait()
    taken = 0
    while checkpointer.may_take(4_000):
        commit(db, checkpointer)
        taken += 1
    assert 50 < taken < 1_000
    assert log.stat().st_size <= 2 * MIB
    goes_on.set()
    while not checkpointer.may_take(4_000):
        pass
    checkpointer.close()
    db.close()


def test_it_ends_also_if_it_is_told_to_when_it_is_about_to_copy(tmp_path: Path) -> None:
    class Late(threading.Event):
        """Asked before it was set, it answers so when it is."""

        def wait(self, timeout: float | None = None) -> bool:
            was_set = self.is_set()
            asked.set()
            super().wait()
            while not checkpointer._changed.is_set():
                pass
            return was_set

    asked, path = threading.Event(), tmp_path / "relay.db"
    db = open_writer(path)
    checkpointer = Checkpointer(open_writer(path), db, Path(f"{path}-wal"), pytest.fail)
    checkpointer._stopping = Late()
    checkpointer.committed()
    asked.wait()
    closing = threading.Thread(target=checkpointer.close, daemon=True)
    closing.start()
    closing.join(timeout=60)
    assert not closing.is_alive()
    db.close()


@pytest.mark.parametrize(("code", "is_told"), [("SQLITE_IOERR", True), ("SQLITE_FULL", False)])
def test_a_copy_that_fails_is_told_once_nothing_can_be_believed(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch, code: str, is_told: bool
) -> None:
    path, failed, told = tmp_path / "relay.db", threading.Event(), list[Exception]()
    error = sqlite3.OperationalError(code)
    error.sqlite_errorcode = getattr(sqlite3, code)

    def fails(_db: sqlite3.Connection) -> module.Copied:
        failed.set()
        raise error

    monkeypatch.setattr(module, "_copy", fails)
    db = open_writer(path)
    checkpointer = Checkpointer(open_writer(path), db, Path(f"{path}-wal"), told.append)
    checkpointer.committed()
    failed.wait()
    checkpointer.close()
    db.close()
    assert told == ([error] if is_told else [])
