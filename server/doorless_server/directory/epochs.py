"""One epoch: all changes that were confirmed go into the map, and the map into the log.

All of it in one transaction, before anything is signed. Spec: docs/spec/13-directory.md §4.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from doorless_protocol.log import tree
from doorless_protocol.log.chain import next_head
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import (
    MAX_DELTAS,
    Delta,
    EpochLeaf,
    encode_deltas,
    next_leaf,
)
from doorless_protocol.log.label import Index
from doorless_protocol.log.map import Ref, root_hash
from doorless_protocol.log.map_update import update
from doorless_protocol.log.record import RecordKind
from doorless_server.directory import nodes
from doorless_server.directory.changes import State
from doorless_server.directory.nodes import HashRows, MapRows

NO_ROOT = 0
"""In the place of a node's number, for the root of an empty map."""


class TwoBuildersError(Exception):
    """Another process builds epochs of this log. Nothing was built."""


@dataclass(frozen=True, slots=True)
class Built:
    """An epoch as the database has it."""

    leaf: EpochLeaf
    root: Ref | None


@dataclass(frozen=True, slots=True)
class _Entering:
    """A change on its way into the epoch. It was checked when it was staged, and nothing else
    can have changed its label since."""

    label: int
    version: int
    delta: Delta
    head: bytes
    replaced: bytes
    opening: bytes
    record: bytes


def build(db: sqlite3.Connection, config: LogConfig, builder: bytes, now_ms: int) -> Built:
    """Add the epoch of all confirmed changes, of none for a heartbeat.

    Raises:
        TwoBuildersError: the log's row is not this builder's any more.
    """
    epoch, next_node = _lock(db, builder)
    previous = built(db, epoch - 1) if epoch else None
    entering = _entering(db, epoch)
    deltas = sorted((each.delta for each in entering), key=lambda delta: delta.index)
    grown = update(
        MapRows(db),
        previous.root if previous else None,
        {each.delta.index: each.head for each in entering},
        next_node,
    )
    leaf = next_leaf(
        previous.leaf if previous else None,
        anchor_before(db, epoch),
        _later(now_ms, previous),
        root_hash(grown.root),
        (previous.leaf.map_count if previous else 0) + grown.added,
        deltas,
        config,
    )
    nodes.keep_nodes(db, grown.nodes)
    nodes.retire(db, epoch, grown.stale)
    nodes.keep_hashes(db, tree.appended(HashRows(db), epoch, leaf.hash))
    _enter(db, epoch, entering)
    root = grown.root.id if grown.root else NO_ROOT
    db.execute(
        "INSERT INTO epochs VALUES (?, ?, ?, ?)",
        (epoch, leaf.encode(), root, encode_deltas(deltas)),
    )
    if leaf.is_anchor:
        db.execute(
            "INSERT INTO anchors VALUES (?, ?, ?, 1)", (leaf.anchor_no, epoch, grown.next_id)
        )
    db.execute("UPDATE log SET size = ?, next_node = ?", (epoch + 1, grown.next_id))
    return Built(leaf, grown.root)


def built(db: sqlite3.Connection, epoch: int) -> Built:
    encoded, root = db.execute("SELECT leaf, root FROM epochs WHERE epoch = ?", (epoch,)).fetchone()
    leaf = EpochLeaf.decode(encoded)
    return Built(leaf, Ref(root, leaf.map_root) if root else None)


def anchor_before(db: sqlite3.Connection, epoch: int) -> EpochLeaf | None:
    """The leaf of the newest anchor before `epoch`."""
    found = db.execute(
        "SELECT leaf FROM anchors JOIN epochs USING (epoch) WHERE epoch < ?"
        " ORDER BY number DESC LIMIT 1",
        (epoch,),
    ).fetchone()
    return EpochLeaf.decode(found[0]) if found else None


def _lock(db: sqlite3.Connection, builder: bytes) -> tuple[int, int]:
    """Take hold of the log's one row, which is there from the beginning."""
    found = db.execute(
        "UPDATE log SET size = size WHERE builder = ? RETURNING size, next_node", (builder,)
    ).fetchall()
    if not found:
        raise TwoBuildersError("another process builds epochs of this log: stop one of them")
    size, next_node = found[0]
    return int(size), int(next_node)


def _later(now_ms: int, previous: Built | None) -> int:
    """Times in the log only grow, whatever the clock does."""
    return max(now_ms, previous.leaf.time_ms + 1) if previous else now_ms


def _entering(db: sqlite3.Connection, epoch: int) -> list[_Entering]:
    rows = db.execute(
        "SELECT pending.label, pending.version, place, commitment, head, pending.replaced,"
        " opening, record FROM pending JOIN labels ON labels.id = pending.label"
        " WHERE state = ? LIMIT ?",
        (State.CONFIRMED, MAX_DELTAS),
    )
    return [
        _Entering(
            label,
            version,
            Delta(Index(place), commitment),
            next_head(Index(place), version, epoch, head, commitment),
            replaced,
            opening,
            record,
        )
        for label, version, place, commitment, head, replaced, opening, record in rows
    ]


def _enter(db: sqlite3.Connection, epoch: int, entering: Sequence[_Entering]) -> None:
    """Move the changes from what waits to what is."""
    db.executemany(
        "INSERT INTO versions VALUES (?, ?, ?, ?, ?)",
        ((e.label, e.version, epoch, e.delta.commitment, e.head) for e in entering),
    )
    db.executemany(
        "INSERT INTO records VALUES (?, ?, ?, ?)",
        ((e.label, e.version, e.opening, e.record) for e in entering),
    )
    db.executemany(
        "UPDATE labels SET version = ?, head = ?, replaced = ? WHERE id = ?",
        ((e.version, e.head, e.replaced, e.label) for e in entering),
    )
    db.executemany(
        "UPDATE pending SET state = ? WHERE label = ?",
        ((State.BUILT, e.label) for e in entering),
    )


def publish(db: sqlite3.Connection, size: int, note: bytes) -> None:
    """From now on this epoch is answered, and nothing is that it replaced."""
    db.execute("UPDATE log SET published = ?, note = ?", (size, note))
    closed = db.execute(
        "SELECT label, version FROM pending WHERE state = ? AND kind = ?",
        (State.BUILT, RecordKind.CLOSE),
    ).fetchall()
    for label, version in closed:
        _erase(db, label, version)
    db.execute("DELETE FROM pending WHERE state = ?", (State.BUILT,))


def _erase(db: sqlite3.Connection, label: int, version: int) -> None:
    """Of a closed account nothing is left but hashes that nothing opens, and that it closed."""
    db.execute("DELETE FROM records WHERE label = ? AND version < ?", (label, version))
    db.execute("UPDATE labels SET replaced = x'' WHERE id = ?", (label,))
