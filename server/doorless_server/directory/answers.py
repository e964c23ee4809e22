"""What the log answers, all of it as of the published epoch and of one moment.

Spec: docs/spec/07-relay.md §4.6, docs/spec/13-directory.md §6.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from doorless_protocol.log import tiles, tree
from doorless_protocol.log.chain import NO_HEAD, Opened, Step
from doorless_protocol.log.entry import Chain, EntryProof
from doorless_protocol.log.epoch import DELTA_SIZE, EpochLeaf
from doorless_protocol.log.label import Label
from doorless_protocol.log.map import prove
from doorless_protocol.log.note import Note
from doorless_protocol.log.proofs import (
    AnchorList,
    AnchorProof,
    HeadProof,
    LookupProof,
    encode_records,
)
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.tiles import Tile
from doorless_server.directory import epochs
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.base import Named, NoSuchEpochError, Shown
from doorless_server.directory.epochs import Built
from doorless_server.directory.keylog import KeyLog
from doorless_server.directory.nodes import HashRows, MapRows

MAX_STEPS = 512
"""Versions of one chain in an answer: those of an account that changes daily for a year."""

MAX_OPENED = 8
"""Records in the answer to a lookup, the newest ones; 29 KB leave room for a manifest."""

MAX_RECORDS = 12
"""Records in one page of a chain: 43 KB of a frame's 68."""

MAX_ANCHORS = 64
"""Anchors in one answer: two months; who was away for longer asks again."""

ANCHORS_IN_PAGE = 256
"""Anchors in one page, 44 KB: eight months."""

DELTAS_IN_PAGE, DELTAS_IN_FRAME = 8_192, 1_000
"""Changes in one page, 512 KiB, which a plain client takes in one piece; and in one frame."""

HEADS_REMEMBERED = 64
"""Answers to `head` remembered, about 5 kB each: many clients saw the same epoch last."""


@dataclass(frozen=True, slots=True)
class _Chained:
    """A label in one epoch's map."""

    entry: EntryProof
    record: Record | None
    number: int | None


class Answers:
    """Answers from a KeyLog, in the thread that has it."""

    def __init__(self, log: KeyLog) -> None:
        self._log, self._db = log, log.db
        self._head = lru_cache(HEADS_REMEMBERED)(self._prove_head)

    def look_up(self, label: Label, known: int, size: int) -> Shown:
        """Whom a label stands for, proven; `known` is the newest version that the asker has."""
        return self._log.snapshot(lambda: self._look_up(label, known, size))

    def head(self, size: int) -> bytes:
        """The newest checkpoint, and that it continues what `size` epochs were."""
        return self._log.snapshot(lambda: self._newest(size).encode())

    def anchors(self, after: int, size: int) -> bytes:
        """The anchors behind the one with the number `after`, and the newest checkpoint.

        Raises:
            NoSuchEpochError: there is none behind it.
        """
        return self._log.snapshot(lambda: self._anchors(after, size))

    def at_anchor(self, label: Label, number: int, known: int) -> bytes:
        """The label in an anchor's map.

        Raises:
            NoSuchEpochError: no such anchor is published, or its map is not kept any more.
        """
        return self._log.snapshot(lambda: self._at_anchor(label, number, known))

    def records(self, label: Label, after: int) -> bytes:
        """The next records of a chain behind the version `after`, with what opens them."""
        return self._log.snapshot(lambda: self._records(label, after))

    # --- plain pages -------------------------------------------------------------------------

    def checkpoint(self) -> bytes:
        return self._log.note

    def config(self) -> bytes:
        return self._log.config.encode()

    def tile(self, tile: Tile) -> bytes:
        """Raises NoSuchEpochError: the log has not all of it."""
        self._check(tile)
        return self._log.snapshot(lambda: tiles.hashes(HashRows(self._db), tile))

    def entries(self, tile: Tile) -> bytes:
        """The epoch leaves of a tile. Raises NoSuchEpochError: the log has not all of them."""
        self._check(tile)
        rows = self._db.execute(
            "SELECT leaf FROM epochs WHERE epoch >= ? AND epoch < ? ORDER BY epoch",
            (tile.first, tile.first + tile.width),
        )
        return tiles.bundle([leaf for (leaf,) in rows])

    def anchor_list(self, after: int) -> bytes:
        """The leaves of anchors behind a number, one after the other."""
        leaves = anchor_leaves(self._db, after, self._log.published, ANCHORS_IN_PAGE)
        return b"".join(leaf.encode() for leaf in leaves)

    def consistency(self, older: int, newer: int) -> bytes:
        """Also to the size that witnesses are being asked about. Raises NoSuchEpochError."""
        if not 1 <= older <= newer <= self._log.size:
            raise NoSuchEpochError(f"no log of {newer} epochs that continues one of {older}")
        return b"".join(self._log.snapshot(lambda: self._log.consistency(older, newer)))

    def deltas(
        self, auditors: Auditors, token: bytes, epoch: int, after: int, at_most: int
    ) -> bytes:
        """An epoch's leaf and its changes from place `after` on, at most `at_most`.

        Also of the epoch that witnesses are being asked about.

        Raises:
            NoSuchEpochError: no such epoch, or no auditor: the same to both.
        """
        start = after * DELTA_SIZE
        found = self._db.execute(
            "SELECT leaf, coalesce(substr(deltas, ?, ?), x'') FROM epochs WHERE epoch = ?",
            (start + 1, at_most * DELTA_SIZE, epoch),
        ).fetchone()
        if not auditors.are(token) or found is None:
            raise NoSuchEpochError("no such epoch, or not for who asks")
        return b"".join(found)

    def _check(self, tile: Tile) -> None:
        if not tile.is_within(self._log.published):
            raise NoSuchEpochError("the log has not all of this tile")

    # --- of a moment -------------------------------------------------------------------------

    def _look_up(self, label: Label, known: int, size: int) -> Shown:
        published = self._published()
        chained = self._chained(label, published, known, MAX_OPENED if known else 1)
        proof = LookupProof(self._newest(size), (chained.entry,)).encode()
        if chained.record is None or chained.record.kind is RecordKind.CLOSE:
            return Shown(proof)
        waiting = self._db.execute(
            "SELECT superseded FROM pending WHERE label = ?", (chained.number,)
        ).fetchone()
        named = Named(chained.record.manifest_version, chained.record.manifest_hash)
        return Shown(proof, named, waiting[0] if waiting else b"")

    def _anchors(self, after: int, size: int) -> bytes:
        leaves = anchor_leaves(self._db, after, self._log.published, MAX_ANCHORS)
        if not leaves:
            raise NoSuchEpochError(f"no anchor behind number {after}")
        head = self._newest(size)
        inclusion = tree.inclusion_path(HashRows(self._db), leaves[-1].epoch, self._log.published)
        return AnchorList(leaves, inclusion).encode() + head.encode()

    def _at_anchor(self, label: Label, number: int, known: int) -> bytes:
        found = self._db.execute(
            "SELECT epoch FROM anchors WHERE number = ? AND kept = 1 AND epoch < ?",
            (number, self._log.published),
        ).fetchone()
        if found is None:
            raise NoSuchEpochError(f"the map of anchor {number} is not here")
        anchor = epochs.built(self._db, found[0])
        return AnchorProof(anchor.leaf, self._chained(label, anchor, known, 0).entry).encode()

    def _records(self, label: Label, after: int) -> bytes:
        place, _ = self._log.locate(label)
        rows = self._db.execute(
            "SELECT opening, record FROM records JOIN versions USING (label, version)"
            " WHERE label = (SELECT id FROM labels WHERE place = ?) AND version > ? AND epoch < ?"
            " ORDER BY version LIMIT ?",
            (place, after, self._log.published, MAX_RECORDS),
        )
        return encode_records(tuple(Opened(*row) for row in rows))

    # --- shared ------------------------------------------------------------------------------

    def _published(self) -> Built:
        return epochs.built(self._db, self._log.published - 1)

    def _newest(self, size: int) -> HeadProof:
        published = self._log.published
        return self._head(size if size <= published else 0, published)

    def _prove_head(self, older: int, size: int) -> HeadProof:
        leaf = epochs.built(self._db, size - 1).leaf
        rows = HashRows(self._db)
        return HeadProof(
            note=Note.decode(self._log.note),
            leaf=leaf,
            anchor=None if leaf.is_anchor else epochs.anchor_before(self._db, leaf.epoch),
            inclusion=tree.inclusion_path(rows, leaf.epoch, size),
            old_size=older,
            consistency=tree.consistency_path(rows, older, size) if older else (),
        )

    def _chained(self, label: Label, at: Built, known: int, opened: int) -> _Chained:
        place, location = self._log.locate(label)
        path, _ = prove(MapRows(self._db), at.root, place)
        newest = self._db.execute(
            "SELECT id, max(versions.version) FROM labels JOIN versions ON label = id"
            " WHERE place = ? AND epoch <= ?",
            (place, at.leaf.epoch),
        ).fetchone()
        number, version = newest
        if number is None:
            return _Chained(EntryProof(location, path, None), None, None)
        first = known + 1 if known < version else version
        chain = self._chain(number, max(first, version - MAX_STEPS + 1), version, opened)
        (encoded,) = self._db.execute(
            "SELECT record FROM records WHERE label = ? AND version = ?", (number, version)
        ).fetchone() or (None,)
        record = Record.decode(encoded) if encoded is not None else None
        return _Chained(EntryProof(location, path, chain), record, number)

    def _chain(self, number: int, first: int, last: int, opened: int) -> Chain:
        rows = self._db.execute(
            "SELECT versions.version, epoch, commitment, opening, record FROM versions"
            " LEFT JOIN records ON records.label = versions.label"
            " AND records.version = versions.version AND versions.version > ?"
            " WHERE versions.label = ? AND versions.version BETWEEN ? AND ?"
            " ORDER BY versions.version",
            (last - opened, number, first, last),
        ).fetchall()
        return Chain(
            version=last,
            previous=self._head_of(number, first - 1),
            steps=tuple(Step(epoch, commitment) for _, epoch, commitment, _, _ in rows),
            opened=tuple(
                None if record is None else Opened(opening, record) for *_, opening, record in rows
            ),
        )

    def _head_of(self, number: int, version: int) -> bytes:
        found = self._db.execute(
            "SELECT head FROM versions WHERE label = ? AND version = ?", (number, version)
        ).fetchone()
        return found[0] if found else NO_HEAD


def anchor_leaves(
    db: sqlite3.Connection, after: int, published: int, at_most: int
) -> tuple[EpochLeaf, ...]:
    """Of published anchors, in their order."""
    rows: Sequence[tuple[bytes]] = db.execute(
        "SELECT leaf FROM anchors JOIN epochs USING (epoch)"
        " WHERE number > ? AND epoch < ? ORDER BY number LIMIT ?",
        (after, published, at_most),
    ).fetchall()
    return tuple(EpochLeaf.decode(leaf) for (leaf,) in rows)
