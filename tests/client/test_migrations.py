"""A database is brought to our schema step by step, or left exactly as it was."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from random import Random as Seeded

import pytest

from doorless_client.store.base import NewerSchemaError, StoreError, WrongKeyError
from doorless_client.store.migrations import migrate, scripts
from doorless_client.store.records import ROWS, Setting
from doorless_client.store.sqlcipher import _connect, open_store
from doorless_protocol.keys import DeviceKeys, SigningKey, account_id
from doorless_protocol.prekey_secrets import PairSecrets, PrekeySecrets, draw_bundle

KEY, OTHER_KEY = bytes(32), bytes(31) + b"\x01"
FIRST = "CREATE TABLE one (x INTEGER) STRICT; INSERT INTO one VALUES (1);"
SECOND = "CREATE TABLE two (y INTEGER) STRICT; INSERT INTO two SELECT x + 1 FROM one;"


@pytest.fixture
def database() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_steps_that_are_missing_run_in_order(database: sqlite3.Connection) -> None:
    migrate(database, (FIRST,))
    migrate(database, (FIRST, SECOND))
    migrate(database, (FIRST, SECOND))
    assert database.execute("SELECT y FROM two").fetchall() == [(2,)]
    assert version(database) == 2
    database.close()


def test_a_step_that_fails_leaves_the_version_before_it(database: sqlite3.Connection) -> None:
    migrate(database, (FIRST,))
    with pytest.raises(sqlite3.Error):
        migrate(database, (FIRST, "CREATE TABLE three (z INTEGER); INSERT INTO nowhere VALUES (1)"))
    assert version(database) == 1
    assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("one",)]
    database.close()


def test_pairs_of_the_first_schema_become_rows_of_their_own(tmp_path: Path) -> None:
    path, random = tmp_path / "store.db", Seeded(2).randbytes
    keys = DeviceKeys.draw(random)
    account = account_id(SigningKey.draw(random).verifying)
    drawn = [draw_bundle(keys, account, 1_800_000_000, random, count)[2] for count in (0, 1, 100)]
    database = _connect(path, KEY, create=True)
    migrate(database, scripts()[:1])
    for secrets in drawn:
        row = (secrets.bundle_id, secrets.bundle_hash, secrets.created, secrets.encode(), 1)
        database.execute("INSERT INTO prekeys VALUES (?, ?, ?, ?, ?)", row)
    database.close()
    store = open_store(path, KEY)
    for secrets in drawn:
        row = store.prekeys.get(secrets.bundle_id)
        assert row is not None
        assert PrekeySecrets.decode(row.secrets) == replace(secrets, pairs=())
        assert (row.published, row.drawn) == (True, secrets.created)
        held = store.one_time_prekeys.find(bundle=secrets.bundle_id)
        pairs = [PairSecrets.decode(pair.secrets) for pair in held]
        assert sorted(pairs, key=lambda pair: pair.id) == sorted(
            secrets.pairs, key=lambda pair: pair.id
        )
        assert [pair.id for pair in held] == [pair.id for pair in pairs]
    store.close()


def test_a_newer_schema_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(path, KEY, create=True)
    store._database.execute(f"PRAGMA user_version = {len(scripts()) + 1}")
    store.close()
    before = files(tmp_path)
    with pytest.raises(NewerSchemaError, match="update doorless"):
        open_store(path, KEY)
    assert files(tmp_path) == before


def test_a_wrong_key_opens_nothing_writes_nothing_and_says_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "store.db"
    open_store(path, KEY, create=True).close()
    before = files(tmp_path)
    with pytest.raises(WrongKeyError):
        open_store(path, OTHER_KEY)
    assert files(tmp_path) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("damage", ["cut", "first page", "empty", "no database"])
def test_a_damaged_file_is_an_error_and_never_a_new_profile(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "store.db"
    open_store(path, KEY, create=True).close()
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "first page": bytes(64) + whole[64:],
            "empty": b"",
            "no database": b"hello" * 5000,
        }[damage]
    )
    before = files(tmp_path)
    with pytest.raises(StoreError):
        open_store(path, KEY)
    assert files(tmp_path) == before


def test_a_store_is_never_made_over_another_nor_opened_where_none_is(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with pytest.raises(StoreError, match="missing"):
        open_store(path, KEY)
    assert files(tmp_path) == {}
    open_store(path, KEY, create=True).close()
    with pytest.raises(StoreError, match="already"):
        open_store(path, KEY, create=True)


def test_no_text_or_key_lies_in_the_file_in_the_clear(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(path, KEY, create=True)
    marker = b"a marker that is looked for in the file"
    with store.transaction():
        store.settings.put(Setting("marker", marker))
    held = b"".join(files(tmp_path).values())
    store.close()
    held += b"".join(files(tmp_path).values())
    assert marker not in held
    assert b"SQLite format 3" not in held


def test_the_settings_that_durability_rests_on_are_in_force(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store.db", KEY, create=True)

    def pragma(name: str) -> object:
        return store._database.execute(f"PRAGMA {name}").fetchone()[0]

    assert (pragma("journal_mode"), pragma("synchronous")) == ("wal", 2)
    assert (pragma("secure_delete"), pragma("foreign_keys"), pragma("temp_store")) == (1, 1, 2)
    store.close()


def test_every_table_is_strict_and_has_the_columns_of_its_rows(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store.db", KEY, create=True)
    listed = store._database.execute("PRAGMA table_list").fetchall()
    strict = {name: bool(flag) for _, name, kind, _, _, flag in listed if kind == "table"}
    for kind in ROWS:
        columns = store._database.execute(f"PRAGMA table_info({kind.table})").fetchall()
        assert {column[1] for column in columns} == set(kind.__struct_fields__), kind.table
        assert strict[kind.table], kind.table
    store.close()
