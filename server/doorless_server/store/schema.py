"""The relay's database: its versions, and what each of its columns is.

    version 0 (an empty file) ── schema.sql ──► 1 ── schema_2.sql ──► 2 ── schema_3.sql ──► 3

A later version appends a step to STEPS; each runs in a transaction of its own, so that a
relay killed between two goes on where it stopped. Spec: docs/spec/07-relay.md §8.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

from doorless_protocol import handles

_COLUMN = re.compile(r"^ {4}([a-z_]+) (?:INTEGER|TEXT|BLOB)\b[^-]*-- (.+)$")
_TABLE = re.compile(r"^CREATE TABLE ([a-z_]+) \($")

CLASSES = frozenset({"name", "public key", "token", "routing", "ciphertext", "time", "count"})

BUSY_MS = 5_000
"""How long an opener waits for another one's lock, in ms: a commit, or a checkpoint."""

SYNCHRONOUS = "FULL"
"""Each commit is on the disk when it returns. With NORMAL, SQLite's advice for a write-ahead log, a
power cut would take back what was acknowledged."""

CACHE_KIB = 64 * 1024
"""Of pages in memory, in KiB: what came lately and will be deleted soon."""

STATEMENTS = 512
"""Prepared statements kept: those for mail, once for each number of rows up to MAX_RUN."""

PAGE_BYTES = 8 * 1024
"""Of a page where envelopes lie: three of the smallest fit in. One of 4 KiB holds a single one, and
nearly as much again is written for nothing, by two calls for each (docs/adr/0064)."""


Steps = Sequence[Callable[[], str]]
"""The SQL of each version's step, from version 0 on."""


class NewerSchemaError(Exception):
    """The file was written by a later version of the relay. It was not touched."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds, said in schema.sql."""

    category: str
    purpose: str
    kept: str
    producible: bool


def columns() -> Mapping[tuple[str, str], Column]:
    """By (table, column), as the scripts declare them."""
    return described("".join(step() for step in STEPS))


@cache
def described(sql: str) -> Mapping[tuple[str, str], Column]:
    """By (table, column), as the comments of a script say."""
    found: dict[tuple[str, str], Column] = {}
    table = ""
    for line in sql.splitlines():
        if match := _TABLE.match(line):
            table = match[1]
        elif match := _COLUMN.match(line):
            category, purpose, kept, producible = match[2].split(" | ")
            found[table, match[1]] = Column(category, purpose, kept, producible == "yes")
    return found


def open_writer(path: Path, steps: Steps | None = None) -> sqlite3.Connection:
    """Open a database to write, brought to the newest version; begin it where there is none.

    Used from one thread at a time, not necessarily this one.

    Args:
        steps: those of another database than the accounts'.

    Raises:
        NewerSchemaError: a later relay wrote it.
        sqlite3.Error: it is no database, or damaged, or the disk refuses.
    """
    steps = STEPS if steps is None else steps
    db = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_MS / 1000,
        cached_statements=STATEMENTS,
    )
    try:
        _refuse_newer(db, steps)
        if steps is STEPS:
            db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # a file that was begun keeps its own
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        db.execute("PRAGMA secure_delete = FAST")
        db.execute("PRAGMA temp_store = MEMORY")  # or pages of it would lie in /var/tmp for a while
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute("PRAGMA wal_autocheckpoint = 0")  # checkpoint.py does it
        for version in range(_version(db), len(steps)):
            migrate(db, version, steps)
    except BaseException:
        db.close()
        raise
    return db


def open_reader(path: Path, steps: Steps | None = None) -> sqlite3.Connection:
    """Open it to look, while a relay may be writing. Errors as of `open_writer`."""
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_MS / 1000)
    try:
        _refuse_newer(db, STEPS if steps is None else steps)
    except BaseException:
        db.close()
        raise
    return db


def migrate(db: sqlite3.Connection, version: int, steps: Steps) -> None:
    """Take the step from `version` to the next, all of it or nothing.

    Where another process took it first, as a relay and a command that begin a file, it is done.
    """
    db.create_function("skeleton", 1, handles.skeleton, deterministic=True)
    with in_one_piece(db):
        if _version(db) != version:
            return
        for statement in _statements(steps[version]()):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {version + 1}")


@contextmanager
def in_one_piece(db: sqlite3.Connection) -> Iterator[None]:
    """What is done within is there when it ends, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _refuse_newer(db: sqlite3.Connection, steps: Steps) -> None:
    if _version(db) > len(steps):
        raise NewerSchemaError(
            f"{_name(db)} has schema {_version(db)}, this relay knows {len(steps)}: a later version"
            " wrote it. Run that version, or restore a backup that was made before"
        )


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def _name(db: sqlite3.Connection) -> str:
    """Of the file, which may be of another database than the relay's own."""
    return Path(db.execute("PRAGMA database_list").fetchone()[2]).name


def version_of(path: Path, steps: Steps) -> int:
    """The version that a file has. Errors as of `open_reader`."""
    with closing(open_reader(path, steps)) as db:
        return _version(db)


def _statements(sql: str) -> list[str]:
    """Apart, because executescript would commit in between."""
    bare = re.sub(r"--.*", "", sql)
    return [statement for statement in bare.split(";") if statement.strip()]


@cache
def script(name: str, package: str = "doorless_server.store") -> str:
    """The SQL of a step, as it lies beside the code of its database."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


STEPS = tuple(partial(script, name) for name in ("schema.sql", "schema_2.sql", "schema_3.sql"))
