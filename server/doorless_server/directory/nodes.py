"""The two trees in SQLite: the map's nodes, which are never changed, and the log's own hashes.

A map's node is a row until no kept epoch can reach it: the published one, the one that is being
published, and the anchors of the last 400 days. Spec: docs/spec/13-directory.md §3.
"""

import sqlite3
from collections.abc import Iterable

from doorless_protocol.log.map import Node, decode_node, encode_node

FORGOTTEN_AT_ONCE = 2_000
"""Nodes deleted in one transaction, some ms of work; an epoch of 100 changes retires 1,500."""

NO_ANCHOR = 0
"""In the place of an anchor's number, for nodes that no anchor's map has. Anchors count from 1."""


class MapRows:
    """Reads the map's nodes by number."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def node(self, id: int) -> Node:
        row = self._db.execute("SELECT node FROM nodes WHERE id = ?", (id,)).fetchone()
        return decode_node(row[0])


class HashRows:
    """Reads the roots of complete subtrees of the log."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def read(self, level: int, index: int) -> bytes:
        (hashed,) = self._db.execute(
            "SELECT hash FROM hashes WHERE level = ? AND place = ?", (level, index)
        ).fetchone()
        return bytes(hashed)


def keep_nodes(db: sqlite3.Connection, nodes: Iterable[tuple[int, Node]]) -> None:
    db.executemany(
        "INSERT INTO nodes VALUES (?, ?)", ((number, encode_node(node)) for number, node in nodes)
    )


def keep_hashes(db: sqlite3.Connection, hashes: Iterable[tuple[int, int, bytes]]) -> None:
    db.executemany("INSERT INTO hashes VALUES (?, ?, ?)", hashes)


def retire(db: sqlite3.Connection, epoch: int, nodes: Iterable[int]) -> None:
    """Note which nodes `epoch` replaced, and whether the newest anchor before it has them."""
    anchor, before = db.execute(
        "SELECT number, next_node FROM anchors ORDER BY number DESC LIMIT 1"
    ).fetchone() or (NO_ANCHOR, 0)
    rows = ((anchor if node < before else NO_ANCHOR, epoch, node) for node in nodes)
    db.executemany("INSERT INTO retired VALUES (?, ?, ?)", rows)


def forget_passed(db: sqlite3.Connection, published: int) -> int:
    """Delete some of what no anchor has and the published epoch replaced; return how many."""
    return _forget(db, NO_ANCHOR, published)


def forget_anchor(db: sqlite3.Connection, number: int, published: int) -> int:
    """Delete some of what only this anchor's map, which is no longer kept, still had."""
    return _forget(db, number, published)


def _forget(db: sqlite3.Connection, anchor: int, published: int) -> int:
    rows = db.execute(
        "SELECT epoch, node FROM retired WHERE anchor = ? AND epoch <= ? LIMIT ?",
        (anchor, published, FORGOTTEN_AT_ONCE),
    ).fetchall()
    db.executemany("DELETE FROM nodes WHERE id = ?", ((node,) for _, node in rows))
    db.executemany(
        "DELETE FROM retired WHERE anchor = ? AND epoch = ? AND node = ?",
        ((anchor, epoch, node) for epoch, node in rows),
    )
    return len(rows)
