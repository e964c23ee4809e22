"""What the relay holds, read from its database while it runs, with the code of `inspect`."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from doorless_lab.sights import short
from doorless_server.blobs import schema as blobs
from doorless_server.datadir import DATABASE
from doorless_server.inspection import Row, blob_rows, rows, shown
from doorless_server.store.schema import Column, columns, open_reader

HOUR, DAY = 3600, 86_400

HOURS = ("hour", "delivered")
"""Columns that hold hours since 1970."""

TELLING = ("ciphertext", "name", "public key", "token", "time", "routing", "count")
"""The classes of columns, in the order in which they tell what a table is about."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the relay: how many rows, and of which classes its columns are."""

    name: str
    rows: int
    classes: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """All tables, in the order of the schema, and one line for each envelope that waits."""

    tables: tuple[Table, ...]
    waiting: tuple[str, ...]


def read_holdings(data: Path) -> Holdings:
    """Count what is there, in the relay's folder `data`, as of one moment."""
    counts = dict.fromkeys((table for table, _ in _columns()), 0)
    waiting = []
    for row in _every(data):
        counts[row.table] += 1
        if row.table == "envelopes":
            waiting.append(_waiting(row.values))
    tables = (Table(name, count, ", ".join(_classes(name))) for name, count in counts.items())
    return Holdings(tuple(tables), tuple(waiting))


@dataclass(frozen=True, slots=True)
class Line:
    """A column of a row. Without a value, a table begins, or a row ends if it has no name."""

    name: str
    value: str | None
    category: str


def read_lines(data: Path) -> list[Line]:
    """Every row that is there, one line a column."""
    found: list[Line] = []
    last = ""
    for row in _every(data):
        if row.table != last:
            last = row.table
            found.append(Line(row.table, None, ", ".join(_classes(row.table))))
        found.extend(_lines(row))
        found.append(Line("", None, ""))
    return found


def _every(data: Path) -> Iterator[Row]:
    """Of accounts and envelopes, then of sealed files. The key log has pages of its own."""
    with closing(open_reader(data / DATABASE)) as db:
        yield from rows(db)
    with closing(blobs.open_reader(data / blobs.DATABASE)) as db:
        yield from blob_rows(db)


def _columns() -> Mapping[tuple[str, str], Column]:
    return {**columns(), **blobs.columns()}


def _lines(row: Row) -> Iterator[Line]:
    for name, value in row.values.items():
        yield Line(name, _in_words(name, value), row.classes[name].category)


def _in_words(name: str, value: Any) -> str:
    match shown(value):
        case {"bytes": size, "head": head}:
            return f"{size:,} bytes: {head}…"
        case int(number) if name in HOURS:
            return f"{number} ({_moment(number * HOUR):%Y-%m-%d %H:00})"
        case int(number) if name.endswith("day") and number:
            return f"{number} ({_moment(number * DAY):%Y-%m-%d})"
        case None:
            return "none"
        case other:
            return str(other) or "empty"


def _waiting(values: dict[str, Any]) -> str:
    box, size = short(values["mailbox"]), len(values["envelope"])
    hour = _moment(values["hour"] * HOUR)
    return f"keeps {size:>6,} bytes of noise for mailbox {box}, hour {hour:%H:00}"


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _classes(table: str) -> list[str]:
    found = {column.category for (name, _), column in _columns().items() if name == table}
    return sorted(found, key=TELLING.index)
