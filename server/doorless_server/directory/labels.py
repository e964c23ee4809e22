"""Labels in SQLite: where each one is in the map, and whom it stands for.

The text of a label is not kept: its place is computed anew from it, with the VRF's key.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from doorless_protocol.keys import AccountId
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.label import Index, Label, locate
from doorless_protocol.log.record import Record
from doorless_protocol.log.standing import Standing
from doorless_protocol.log.vrf import VrfKey

NEVER = 0
"""The version of a label that has no record in an epoch yet. Versions count from 1."""

PLACES = 10_000
"""Places remembered, some MiB: those asked for again save a third of a millisecond."""

Locate = Callable[[Label], tuple[Index, bytes]]
"""The index of a label, and the proof that it is."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label, with its chain as the newest epoch has it.

    Attributes:
        id: None where nothing was ever said of it.
    """

    id: int | None
    place: Index
    version: int = NEVER
    head: bytes = NO_HEAD
    replaced: bytes = b""


def locating(key: VrfKey) -> Locate:
    """Where labels are, by this key; the last ones asked for are remembered."""
    return lru_cache(PLACES)(lambda label: locate(key, label))


def find(db: sqlite3.Connection, place: Index) -> LabelRow:
    row = db.execute(
        "SELECT id, version, head, replaced FROM labels WHERE place = ?", (place,)
    ).fetchone()
    if row is None:
        return LabelRow(None, place)
    number, version, head, replaced = row
    return LabelRow(number, place, version, head, replaced)


def keep(db: sqlite3.Connection, row: LabelRow) -> int:
    """The row's number, which is drawn for a label of which nothing was said yet."""
    if row.id is not None:
        return row.id
    (number,) = db.execute(
        "INSERT INTO labels (place, version, head, replaced) VALUES (?, ?, ?, ?) RETURNING id",
        (row.place, row.version, row.head, row.replaced),
    ).fetchone()
    return int(number)


def standing(db: sqlite3.Connection, row: LabelRow) -> Standing | None:
    """Whom the label stands for; None before its first record."""
    if row.version == NEVER:
        return None
    (encoded,) = db.execute(
        "SELECT record FROM records WHERE label = ? AND version = ?", (row.id, row.version)
    ).fetchone()
    newest = Record.decode(encoded)
    return Standing(
        label=newest.label,
        version=newest.version,
        head=row.head,
        account=newest.account,
        manifest_version=newest.manifest_version,
        manifest_hash=newest.manifest_hash,
        kind=newest.kind,
        replaced=AccountId(row.replaced) if row.replaced else None,
    )
