"""The demand log's own database: what is in it, and how it is asked.

Spec: docs/spec/18-demand-log.md §6.1.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from doorless_protocol.demand_log.entries import Band, Entry, Outcome, PeriodEntry, decode_entry
from doorless_protocol.demand_log.record import DUMMY, SlotRecord
from doorless_protocol.demand_log.slot import OPENING_SIZE
from doorless_protocol.log import tree
from doorless_protocol.merkle import leaf_hash
from doorless_server.demands.slots import Committed, Slot
from doorless_server.store import schema
from doorless_server.store.schema import Column

CHECKPOINT_PAGES: Final = 100
"""Pages of the write-ahead log, 400 KiB, after which they are copied."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A demand as the log keeps it; `slot` is its period and place, None while it waits."""

    demand_id: str
    since: int
    record: SlotRecord = field(repr=False)
    gag_until: int
    outcome: Outcome
    slot: tuple[int, int] | None


def open_writer(path: Path) -> sqlite3.Connection:
    """Errors as of `store.schema.open_writer`."""
    db = schema.open_writer(path, STEPS)
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return db


def columns() -> Mapping[tuple[str, str], Column]:
    """By (table, column), as log.sql declares them."""
    return schema.described(STEPS[0]())


STEPS: Final = (partial(schema.script, "log.sql", "doorless_server.demands"),)


class Rows:
    """Reads and writes the tables. Whoever writes has begun a transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    # --- entries -----------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many entries there are, signed or not."""
        (last,) = self._db.execute("SELECT max(place) FROM entries").fetchone()
        return 0 if last is None else int(last) + 1

    def read(self, level: int, index: int) -> bytes:
        """A node of the log's tree, as `tree.NodeReader` has it."""
        query = "SELECT hash FROM hashes WHERE level = ? AND place = ?"
        (hashed,) = self._db.execute(query, (level, index)).fetchone()
        return bytes(hashed)

    def append(self, entry: Entry) -> int:
        """Add an entry, and give its place."""
        place, encoded = self.size, entry.encode()
        self._db.execute("INSERT INTO entries VALUES (?, ?)", (place, encoded))
        nodes = tree.appended(self, place, leaf_hash(encoded))
        self._db.executemany("INSERT INTO hashes VALUES (?, ?, ?)", nodes)
        return place

    def entries(self, first: int, count: int) -> list[bytes]:
        query = "SELECT entry FROM entries WHERE place >= ? ORDER BY place LIMIT ?"
        return [bytes(entry) for (entry,) in self._db.execute(query, (first, count))]

    def bands(self) -> int:
        """How many of the entries are bands."""
        query = "SELECT count(*) FROM entries WHERE substr(entry, 1, ?) = ?"
        (count,) = self._db.execute(query, (len(Band.magic), Band.magic)).fetchone()
        return int(count)

    def head(self) -> tuple[int, bytes]:
        """How many entries are signed, and the note; (0, b"") before the first."""
        return self._db.execute("SELECT size, note FROM head").fetchone() or (0, b"")

    def keep_head(self, size: int, note: bytes) -> None:
        self._db.execute(
            "INSERT INTO head VALUES (1, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET size = excluded.size, note = excluded.note",
            (size, note),
        )

    # --- demands -----------------------------------------------------------------------------

    def commit(self, demand_id: str, record: SlotRecord, since: int) -> None:
        self._db.execute(
            "INSERT INTO demands VALUES (?, ?, ?, ?, ?, 0, NULL, NULL)",
            (demand_id, self.committed(), since, record.encode(), record.gag_until),
        )

    def committed(self) -> int:
        """How many demands there are, with and without slots."""
        (count,) = self._db.execute("SELECT count(*) FROM demands").fetchone()
        return int(count)

    def demand(self, demand_id: str) -> Kept | None:
        found = self._demands("WHERE id = ?", demand_id)
        return found[0] if found else None

    def at(self, period: int, place: int) -> Kept | None:
        """None: the slot is a dummy's."""
        found = self._demands("WHERE period = ? AND place = ?", period, place)
        return found[0] if found else None

    def waiting(self, until: int) -> list[Committed]:
        """Demands without a slot, the oldest first, of periods up to `until`."""
        rows = self._demands("WHERE period IS NULL AND since <= ? ORDER BY number", until)
        return [Committed(kept.demand_id, kept.record.encode()) for kept in rows]

    def shut(self) -> list[Kept]:
        """Demands that have a slot and were not laid open."""
        return self._demands(
            "WHERE period IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revealed"
            " WHERE revealed.period = demands.period AND revealed.place = demands.place)"
        )

    def between(self, first: int, last: int) -> list[Kept]:
        """Demands that have slots in these periods."""
        return self._demands("WHERE period BETWEEN ? AND ?", first, last)

    def set_gag(self, demand_id: str, until: int) -> None:
        self._db.execute("UPDATE demands SET gag_until = ? WHERE id = ?", (until, demand_id))

    def set_outcome(self, demand_id: str, outcome: Outcome) -> None:
        self._db.execute("UPDATE demands SET outcome = ? WHERE id = ?", (outcome, demand_id))

    # --- periods and slots -------------------------------------------------------------------

    def last_period(self) -> int | None:
        (last,) = self._db.execute("SELECT max(period) FROM periods").fetchone()
        return None if last is None else int(last)

    def periods(self, until: int) -> Iterator[int]:
        """Those before `until`, in which a slot is shut and not said to stay so; oldest first."""
        rows = self._db.execute(
            "SELECT period FROM periods WHERE period < ? AND length(openings) / ? >"
            " (SELECT count(*) FROM revealed WHERE revealed.period = periods.period)"
            " ORDER BY period",
            (until, OPENING_SIZE),
        ).fetchall()
        return (int(period) for (period,) in rows)

    def keep_period(self, entry: PeriodEntry, slots: Sequence[Slot]) -> None:
        """Append a period with what opens it."""
        place, openings = self.append(entry), b"".join(slot.opening for slot in slots)
        self._db.execute("INSERT INTO periods VALUES (?, ?, ?)", (entry.period, place, openings))
        self._db.executemany(
            "UPDATE demands SET period = ?, place = ? WHERE id = ?",
            ((entry.period, at, s.demand_id) for at, s in enumerate(slots) if s.demand_id),
        )

    def period(self, period: int) -> tuple[int, PeriodEntry, list[Slot]]:
        """The place of a period's entry, the entry, and its slots."""
        query = "SELECT entry, openings FROM periods WHERE period = ?"
        place, openings = self._db.execute(query, (period,)).fetchone()
        [encoded] = self.entries(place, 1)
        entry = decode_entry(encoded)
        if not isinstance(entry, PeriodEntry):
            raise sqlite3.DatabaseError(f"entry {place} is no period's")
        demands = {kept.slot: kept for kept in self.between(period, period)}
        slots = []
        for at in range(entry.slots):
            kept = demands.get((period, at))
            record, name = (kept.record.encode(), kept.demand_id) if kept else (DUMMY, None)
            slots.append(Slot(openings[at * OPENING_SIZE :][:OPENING_SIZE], record, name))
        return place, entry, slots

    def revealed(self, period: int, place: int) -> int | None:
        """The place of the entry that lays a slot open."""
        query = "SELECT entry FROM revealed WHERE period = ? AND place = ?"
        found = self._db.execute(query, (period, place)).fetchone()
        return int(found[0]) if found else None

    def keep_revealed(self, period: int, place: int, entry: int) -> None:
        self._db.execute("INSERT INTO revealed VALUES (?, ?, ?)", (period, place, entry))

    def renewed(self, period: int, place: int) -> int:
        """Until when it was said that the slot stays shut, Unix seconds; 0: it was not."""
        query = "SELECT until FROM renewed WHERE period = ? AND place = ?"
        found = self._db.execute(query, (period, place)).fetchone()
        return int(found[0]) if found else 0

    def keep_renewed(self, period: int, place: int, until: int) -> None:
        self._db.execute(
            "INSERT INTO renewed VALUES (?, ?, ?)"
            " ON CONFLICT (period, place) DO UPDATE SET until = excluded.until",
            (period, place, until),
        )

    def _demands(self, which: str, *values: int | str) -> list[Kept]:
        columns = "id, since, record, gag_until, outcome, period, place"
        query = f"SELECT {columns} FROM demands {which}"  # noqa: S608  (both are ours)
        return [
            Kept(
                name,
                since,
                SlotRecord.decode(record),
                until,
                Outcome(outcome),
                None if period is None else (period, place),
            )
            for name, since, record, until, outcome, period, place in self._db.execute(
                query, values
            )
        ]
