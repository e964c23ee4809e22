"""The inventory is made of the live databases: what nobody classified stops every answer."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from doorless_server.blobs import schema as blob_schema
from doorless_server.demands import inventory, log_rows
from doorless_server.demands.inventory import DATABASES, InventoryError
from doorless_server.demands.notices import Notices
from doorless_server.directory import schema as log_schema
from doorless_server.directory.heads import HeadStore
from doorless_server.store import schema

ATTACKS = (Path(__file__).parents[3] / "docs/reference/attacks.md").read_text()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with every database that a relay has, empty."""
    folder = tmp_path / "demands"
    folder.mkdir()
    schema.open_writer(tmp_path / "relay.db").close()
    blob_schema.open_writer(tmp_path / "blobs.db").close()
    log_schema.open_writer(tmp_path / "log.db").close()
    log_rows.open_writer(folder / "log.db").close()
    HeadStore(tmp_path / "heads.db").close()
    HeadStore(folder / "heads.db").close()
    Notices.open(folder).close()
    return tmp_path


def alter(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement)
        db.commit()


def test_every_column_of_every_database_has_its_kind(data: Path) -> None:
    found = inventory.of(data)
    assert {one.place for one in found.columns} == set(inventory.kinds())
    assert {path for path, _ in DATABASES.values()} == {
        path.relative_to(data) for path in data.rglob("*.db")
    }
    assert all(one.category in schema.CLASSES for one in found.columns)
    assert all(one.kept and one.purpose for one in found.columns)


@pytest.mark.parametrize("database", DATABASES)
def test_a_new_column_stops_every_answer_until_it_is_classified(data: Path, database: str) -> None:
    path = data / DATABASES[database][0]
    with closing(sqlite3.connect(path)) as db:
        (table,) = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchone()
    alter(path, f"ALTER TABLE {table} ADD COLUMN colour BLOB")
    with pytest.raises(InventoryError, match=f"{database}/{table}.colour is not classified"):
        inventory.of(data)


def test_a_new_table_stops_every_answer_too(data: Path) -> None:
    alter(data / "relay.db", "CREATE TABLE sessions (began INTEGER) STRICT")
    with pytest.raises(InventoryError, match="sessions"):
        inventory.of(data)


def test_never_collected_is_looked_up_and_not_remembered(data: Path) -> None:
    """A column of a sender is classified in every way: the answer still does not deny it."""
    found = inventory.of(data)
    held = [
        *found.columns,
        found.columns[0].__class__("relay/envelopes.sender", "BLOB", *"abc", True, "x"),
    ]
    with pytest.raises(InventoryError, match=r"envelopes.sender may hold what senders says"):
        inventory.check_absent(held, found.absences)
    inventory.check_absent(list(found.columns), found.absences)


def test_the_hash_changes_with_the_schema_and_with_nothing_else(data: Path) -> None:
    before = inventory.of(data).schema_hash
    alter(data / "relay.db", "INSERT INTO receipts VALUES (1, x'00', 1)")
    assert inventory.of(data).schema_hash == before
    columns = list(inventory.of(data).columns)
    assert inventory.schema_hash(columns[1:]) != before
    assert inventory.schema_hash(columns[::-1]) == before


def test_each_proof_is_an_attack_that_is_played(data: Path) -> None:
    found = inventory.of(data)
    everything = [*found.holdings, *found.absences]
    proofs = {proof for one in everything for proof in one.proof}
    assert {"N01", "M03", "D01"} <= proofs <= set(re.findall(r'<a id="(\w+)">', ATTACKS))
    assert all(one.words_for.de and one.words_for.en for one in everything)
    assert all(bool(one.why.de) == bool(one.why.en) for one in everything)
    assert all(one.why.de for one in everything if one.proof)
    assert len({one.kind for one in everything}) == len(everything)


def test_every_retention_that_is_said_stands_in_a_schema(data: Path) -> None:
    found = inventory.of(data)
    for absence in found.absences:
        assert bool(absence.retention_of) == (absence.reason == "NOT_HELD_DELETED")
        assert not absence.retention_of or found.kept(absence.retention_of)


def test_a_folder_that_is_no_relays_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="does not exist"):
        inventory.of(tmp_path)
