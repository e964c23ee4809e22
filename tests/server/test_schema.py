"""What the relay writes down is classified, column by column, and survives its versions."""

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from doorless_server.store import schema


def live_columns(db: sqlite3.Connection) -> set[tuple[str, str]]:
    tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {
        (table, column[1])
        for (table,) in tables
        for column in db.execute(f"PRAGMA table_info({table})")
    }


@pytest.mark.claim("P6", "each column of a live database has its class, purpose and retention")
def test_every_column_of_a_live_database_is_classified(tmp_path: Path) -> None:
    db = schema.open_writer(tmp_path / "relay.db")
    assert live_columns(db) == set(schema.columns())
    assert {column.category for column in schema.columns().values()} <= schema.CLASSES
    db.execute("ALTER TABLE envelopes ADD COLUMN sender BLOB")
    assert live_columns(db) != set(schema.columns())
    db.close()


@pytest.mark.parametrize("word", ["sender", "address", "ip", "contact", "session", "minute"])
@pytest.mark.claim("P6", "no column says who sent, or from where")
def test_no_column_says_who_sent_or_from_where(word: str) -> None:
    assert not [column for _, column in schema.columns() if word in column.split("_")]


def test_times_are_days_or_hours() -> None:
    times = [column.purpose for column in schema.columns().values() if column.category == "time"]
    assert len(times) >= 6
    assert all("days since 1970" in purpose or "hours since 1970" in purpose for purpose in times)


def test_every_table_is_strict(tmp_path: Path) -> None:
    db = schema.open_writer(tmp_path / "relay.db")
    assert all(
        row[5]
        for row in db.execute("PRAGMA table_list")
        if row[0] == "main" and row[1] in {table for table, _ in schema.columns()}
    )
    db.close()


@pytest.mark.claim("P1", "the database runs with synchronous=FULL")
def test_a_write_is_synchronous_and_goes_through_the_log(tmp_path: Path) -> None:
    db = schema.open_writer(tmp_path / "relay.db")
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    db.close()


def test_a_step_that_fails_leaves_the_version_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "relay.db"
    schema.open_writer(path).close()
    steps = (*schema.STEPS, lambda: "CREATE TABLE more (x INTEGER) STRICT; NONSENSE;")
    monkeypatch.setattr(schema, "STEPS", steps)
    with pytest.raises(sqlite3.Error):
        schema.open_writer(path)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (len(steps) - 1,)
    assert "more" not in {table for table, _ in live_columns(db)}
    db.close()


def test_names_of_before_are_held_by_what_they_look_like(tmp_path: Path) -> None:
    path = tmp_path / "relay.db"
    db = schema.open_writer(path, schema.STEPS[:1])
    for number, handle in enumerate(("alice", "a1ice", "bob.b")):
        account = bytes((number,)) * 32
        db.execute(
            "INSERT INTO accounts VALUES (?, ?, 1, 1, 1, x'', x'', x'', x'', 0)", (account, handle)
        )
    db.close()
    db = schema.open_writer(path)
    assert db.execute("SELECT * FROM names ORDER BY skeleton").fetchall() == [
        ("alice".replace("i", "l"), 0, b""),
        ("bobb", 0, b""),
    ]
    assert db.execute("SELECT count(*) FROM accounts").fetchone() == (3,)
    db.close()


def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "relay.db"
    db = schema.open_writer(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    before = path.read_bytes()
    with pytest.raises(schema.NewerSchemaError):
        schema.open_writer(path)
    assert path.read_bytes() == before


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="shows what is open in /proc alone")
def test_a_transaction_writes_nothing_beside_the_database(tmp_path: Path) -> None:
    db = schema.open_writer(tmp_path / "relay.db")
    rows = [(at, b"box", at.to_bytes(16, "big"), 0, 0, bytes(2048)) for at in range(1, 513)]
    with schema.in_one_piece(db):
        db.executemany("INSERT INTO envelopes VALUES (?, ?, ?, ?, ?, ?)", rows)
    before = opened()
    db.execute("BEGIN")
    db.execute("UPDATE envelopes SET hour = hour + 1")  # may be undone alone: its pages are kept
    assert opened() == before
    db.execute("COMMIT")
    db.close()


def opened() -> set[str]:
    """The files that this process has open now, those without a name too."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(descriptor.readlink()))
    return {name for name in found if not name.startswith("/proc/")}
