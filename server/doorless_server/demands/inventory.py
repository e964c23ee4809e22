"""What this relay holds and what it does not: made from the live databases, each time.

    every column of every database ── holdings.toml ──► a holding, and whose it is
    what is asked for and not there ── no column is called so ──► an absence

No row of anybody's is read here: that is desk.py's, behind the gate.
Spec: docs/spec/19-demands.md §4.
"""

import hashlib
import sqlite3
import tomllib
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from doorless_server import datadir, inspection
from doorless_server.blobs import schema as blob_schema
from doorless_server.demands import begun, log_rows, notices
from doorless_server.demands.entries import Category, Form, Reason
from doorless_server.demands.texts import Text
from doorless_server.directory import opening
from doorless_server.directory import schema as log_schema
from doorless_server.store import schema
from doorless_server.store.schema import Column

Whose = Literal["account", "nobody", "public", "operator"]

FOLDER = Path(begun.FOLDER)

DATABASES: Mapping[str, tuple[Path, Callable[[], Mapping[tuple[str, str], Column]]]] = {
    "relay": (Path(datadir.DATABASE), schema.columns),
    "blobs": (Path(blob_schema.DATABASE), blob_schema.columns),
    "log": (Path(opening.DATABASE), log_schema.columns),
    "heads": (Path(opening.HEADS), dict),
    "demand_log": (FOLDER / begun.DATABASE, log_rows.columns),
    "demand_heads": (FOLDER / begun.HEADS, dict),
    "notices": (FOLDER / notices.DATABASE, notices.columns),
}
"""Every database of a relay: where it lies, and the classes of its columns."""

_HEADS = frozenset({"heads", "demand_heads"})
PUBLIC = Column("public key", "what the log signed last", "with the log", producible=True)
"""Of what a log signed last, whose three columns are those of a checkpoint."""


class InventoryError(Exception):
    """The databases are not what the desk knows: nothing may be answered. Says what to do."""


class Thing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may be asked for, in words; `why` it cannot be given, and the tests that show it."""

    kind: str
    category: Category
    de: str
    en: str
    proof: tuple[str, ...] = ()
    why_de: str = ""
    why_en: str = ""

    @property
    def words_for(self) -> Text:
        return Text(self.de, self.en)

    @property
    def why(self) -> Text:
        return Text(self.why_de, self.why_en)


class Holding(Thing, frozen=True, kw_only=True):
    """Columns that are asked for, and produced, together; see holdings.toml."""

    whose: Whose
    form: Form
    columns: tuple[str, ...]


class Absence(Thing, frozen=True, kw_only=True):
    """Something that is not held; see holdings.toml."""

    words: tuple[str, ...]
    reason: Reason = "NOT_HELD_NEVER_COLLECTED"
    retention_of: str = ""


class Held(msgspec.Struct, frozen=True):
    """One column of a live database.

    Attributes:
        place: `database/table.column`.
        type: as SQLite has it.
        kind: of the holding that it belongs to.
    """

    place: str
    type: str
    category: str
    purpose: str
    kept: str
    producible: bool
    kind: str


class Inventory(msgspec.Struct, frozen=True):
    """All that the live databases have room for.

    Attributes:
        schema_hash: SHA-256, in hex, of every place and type, in their order.
    """

    schema_hash: str
    columns: tuple[Held, ...]
    holdings: tuple[Holding, ...]
    absences: tuple[Absence, ...]

    def kept(self, place: str) -> str:
        """The retention of a column, as its schema says it."""
        return next((one.kept for one in self.columns if one.place == place), "")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    holding: tuple[Holding, ...]
    absence: tuple[Absence, ...]


def of(data: Path) -> Inventory:
    """The inventory of a relay's folder, as its databases are now.

    Raises:
        InventoryError: there is no relay, or a column that nobody classified.
        NewerSchemaError, sqlite3.Error: a database cannot be read.
    """
    if not (data / datadir.DATABASE).exists():
        raise InventoryError(f"{data / datadir.DATABASE} does not exist: is this a relay's --data?")
    known, table = kinds(), _table()
    found: list[Held] = []
    for database, (path, classes) in DATABASES.items():
        if (data / path).exists():
            with closing(_reader(data / path)) as db:
                found += _columns(db, database, classes(), known)
    check_absent(found, table.absence)
    return Inventory(schema_hash(found), tuple(found), table.holding, table.absence)


def kinds() -> Mapping[str, str]:
    """The kind of holding of each column, by its place."""
    return {place: one.kind for one in _table().holding for place in one.columns}


def schema_hash(columns: list[Held]) -> str:
    lines = sorted(f"{one.place} {one.type}\n" for one in columns)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def check_absent(columns: list[Held], absences: tuple[Absence, ...]) -> None:
    """Raises InventoryError: a column is called what an answer would say is never collected."""
    for column in columns:
        name = column.place.partition(".")[2]
        called = {name, *name.split("_")}
        for absence in absences:
            if called & set(absence.words):
                raise InventoryError(
                    f"the column {column.place} may hold what {absence.kind} says is not held:"
                    " classify it in holdings.toml first"
                )


def _columns(
    db: sqlite3.Connection,
    database: str,
    classes: Mapping[tuple[str, str], Column],
    known: Mapping[str, str],
) -> list[Held]:
    found = []
    for table in inspection.tables(db):
        for _, name, type_, *_ in db.execute(f"PRAGMA table_info({table})"):
            place = f"{database}/{table}.{name}"
            column = PUBLIC if database in _HEADS else classes.get((table, name))
            if column is None or place not in known:
                raise InventoryError(
                    f"the column {place} is not classified: say what it is in its schema and in"
                    " holdings.toml; until then nothing is answered"
                )
            found.append(
                Held(
                    *(place, type_, column.category, column.purpose, column.kept),
                    *(column.producible, known[place]),
                )
            )
    return found


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)


@cache
def _table() -> _Table:
    path = files("doorless_server.demands").joinpath("holdings.toml")
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Table)
