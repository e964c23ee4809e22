"""Everything that an auditor knows of a log, in its database: as of one epoch, never between two.

Spec: docs/spec/12-witness.md §6.
"""

import sqlite3
from dataclasses import dataclass

from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.label import Index
from doorless_protocol.log.map import Node, Ref, decode_node, encode_node
from doorless_protocol.log.replay import Link, State, Step
from doorless_server.witness.frontier import Frontier


@dataclass(frozen=True, slots=True)
class Conviction:
    """What the log did: the kind of the evidence, words, and the bundle that proves it."""

    kind: str
    reason: str
    evidence: bytes


class AuditStore:
    """Within a transaction of the caller's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def config(self) -> bytes | None:
        """The configuration that the audit began with; None before that."""
        row = self._db.execute("SELECT config FROM audited").fetchone()
        return None if row is None else bytes(row[0])

    def begin(self, config: bytes) -> None:
        self._db.execute("INSERT INTO audited (one, config, next_id) VALUES (1, ?, 1)", (config,))

    def state(self) -> State:
        row = self._db.execute(
            "SELECT leaf, anchor, map_id, map_hash, next_id FROM audited"
        ).fetchone()
        if row is None or row[0] is None:
            return State()
        leaf, anchor, map_id, map_hash, next_id = row
        return State(
            EpochLeaf.decode(leaf),
            EpochLeaf.decode(anchor),
            None if map_id is None else Ref(map_id, map_hash),
            next_id,
        )

    def frontier(self, size: int) -> Frontier:
        return Frontier(size, self._db.execute("SELECT level, number, hash FROM edge"))

    def node(self, id: int) -> Node:
        """Of the map: this is its MapReader."""
        row = self._db.execute("SELECT node FROM nodes WHERE id = ?", (id,)).fetchone()
        return decode_node(row[0])

    def link(self, index: Index) -> Link | None:
        row = self._db.execute(
            "SELECT version, epoch, previous, commitment FROM links WHERE place = ?", (index,)
        ).fetchone()
        return None if row is None else Link(*row)

    def keep(self, step: Step) -> None:
        """Be at the next epoch."""
        state = step.state
        if state.leaf is None or state.anchor is None:
            raise ValueError("a step leads to an epoch")
        run = self._db.executemany
        run("INSERT INTO nodes VALUES (?, ?)", [(id_, encode_node(n)) for id_, n in step.nodes])
        run("DELETE FROM nodes WHERE id = ?", [(id_,) for id_ in step.stale])
        run(
            "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?)",
            [(index, *link) for index, link in step.links.items()],
        )
        root = state.map_root
        self._db.execute(
            "UPDATE audited SET leaf = ?, anchor = ?, map_id = ?, map_hash = ?, next_id = ?",
            (
                state.leaf.encode(),
                state.anchor.encode(),
                None if root is None else root.id,
                None if root is None else root.hash,
                state.next_id,
            ),
        )

    def note(self) -> bytes:
        """The signed head that all that was replayed lies under: of its size, or a later one."""
        (note,) = self._db.execute("SELECT note FROM audited").fetchone()
        return bytes(note)

    def keep_note(self, note: bytes) -> None:
        self._db.execute("UPDATE audited SET note = ?", (note,))

    def keep_edge(self, frontier: Frontier) -> None:
        self._db.execute("DELETE FROM edge")
        self._db.executemany("INSERT INTO edge VALUES (?, ?, ?)", frontier.pruned())

    def conviction(self) -> Conviction | None:
        row = self._db.execute("SELECT kind, reason, evidence FROM convictions").fetchone()
        return None if row is None else Conviction(*row)

    def convict(self, conviction: Conviction, now: int) -> None:
        """Once and for all: a later one changes nothing."""
        self._db.execute(
            "INSERT OR IGNORE INTO convictions VALUES (1, ?, ?, ?, ?)",
            (conviction.kind, conviction.reason, conviction.evidence, now),
        )
