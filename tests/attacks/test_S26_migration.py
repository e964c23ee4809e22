"""S26: a relay is killed while it brings its database to a later schema, or meets a later one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest

from doorless_server.__main__ import main
from doorless_server.store import schema
from served import KILLED_BY_HAND, points, relay

TABLES = {
    "accounts": (b"account-1", "alice", 1, 2, 1, b"h", b"manifest", b"token", b"", 0),
    "heads": (b"account-1", 1, b"head"),
    "devices": (b"device-1", b"account-1", b"mailbox-1", b"key", 5 << 20),
    "bindings": (b"digest", b"account-1"),
    "bundles": (b"device-1", b"bundle", b"hash", 99_999),
    "served_keys": (b"digest", b"device-1"),
    "one_time_pairs": (b"device-1", 0, b"pair", b"path"),
    "envelopes": (1, b"mailbox-1", b"id", 0, 600_000, bytes(2048)),
    "receipts": (1, b"digest", 600_000),
}
"""A row of each table of the first schema."""


def first_schema(folder: Path) -> Path:
    """A database as a relay of version 1 left it."""
    folder.mkdir(exist_ok=True)
    path = folder / "relay.db"
    with closing(schema.open_writer(path, schema.STEPS[:1])) as db:
        for table, row in TABLES.items():
            marks = ", ".join("?" * len(row))
            db.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    return path


def kept(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def version(path: Path) -> int:
    return schema.version_of(path, schema.STEPS)


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}


SPLIT = schema._statements


def statements(script: str) -> list[str]:
    return [each for each in SPLIT(script) if each.strip()]


@pytest.mark.attack(
    "S26",
    "a migration that ends between any two statements leaves the version before it, whole, and is "
    "begun again",
    weaken={"doorless_server.store.schema.in_one_piece": nullcontext},
)
def test_a_migration_that_ends_anywhere_changed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: Any
) -> None:
    path = first_schema(tmp_path)
    before, points = kept(path), 0
    for step in range(1, len(schema.STEPS)):
        schema.open_writer(path, schema.STEPS[:step]).close()
        names = tables(path)
        for done in range(len(statements(schema.STEPS[step]())) + 1):

            def interrupted(script: str, done: int = done) -> Iterator[str]:
                yield from statements(script)[:done]
                raise KeyboardInterrupt

            with monkeypatch.context() as patched:
                patched.setattr(schema, "_statements", interrupted)
                with pytest.raises(KeyboardInterrupt):
                    schema.open_writer(path)
            assert (version(path), tables(path), kept(path)) == (step, names, before)
            points += 1
    schema.open_writer(path).close()
    assert (version(path), kept(path)) == (len(schema.STEPS), before)
    record("S26", "places where a migration was ended", points)


@pytest.mark.parametrize("point", points("pwrite64:4", writes=60, syncs=8))
def test_a_relay_killed_while_it_migrates_goes_on_at_the_next_start(
    point: str, tmp_path: Path
) -> None:
    path = first_schema(tmp_path / "data")
    before = kept(path)
    with relay(tmp_path / "data", point=point) as served:
        if point == KILLED_BY_HAND:
            served.kill()
        served.check_killed()
    assert kept(path) == before
    assert 1 <= version(path) <= len(schema.STEPS)
    assert main(["migrate", "--data", str(tmp_path / "data")]) == 0
    assert (version(path), kept(path)) == (len(schema.STEPS), before)


def test_the_earlier_schema_is_migrated_by_hand_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = first_schema(tmp_path)
    newest = len(schema.STEPS)
    for line in (f"relay.db: schema 1, now {newest}\n", f"relay.db: schema {newest}\n"):
        assert main(["migrate", "--data", str(tmp_path)]) == 0
        assert capsys.readouterr().out == line
    assert kept(path)["accounts"] == [TABLES["accounts"]]


@pytest.mark.parametrize("command", ["migrate", "inspect", "serve"])
def test_a_later_schema_is_refused_in_words_and_left_alone(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = first_schema(tmp_path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    listen = ["--listen", "127.0.0.1:0"] if command == "serve" else []
    assert main([command, "--data", str(tmp_path), *listen]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "relay.db has schema 99" in line
    assert "Run that version, or restore a backup" in line
    assert path.read_bytes() == before
