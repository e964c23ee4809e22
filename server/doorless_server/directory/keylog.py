"""The key log as one thread has it: changes come in, epochs are built, signed and published.

    PUBLISHED n ── build ──► BUILT n+1 ── sign: heads.db first ──► publish ──► PUBLISHED n+1
                                └───── a process that ends goes on from here ─────┘

Everything that is answered is of the published epoch. Nothing newer is built before the one
that was built is published, so a checkpoint stands still while witnesses are asked.
Spec: docs/spec/13-directory.md §4, §5.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from doorless_protocol.log import tree
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogConfig, LogKeys
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.label import Label
from doorless_protocol.primitives import Random
from doorless_server.directory import changes, epochs, labels, nodes, schema
from doorless_server.directory.base import Change
from doorless_server.directory.epochs import Built
from doorless_server.directory.heads import Head, HeadStore, refuse_fork
from doorless_server.directory.labels import Locate
from doorless_server.directory.nodes import HashRows
from doorless_server.store.base import UnavailableError

T = TypeVar("T")

MS = 1_000


class OtherLogError(Exception):
    """The database is another log's than the keys; the message says what to do."""


class KeyLog:
    """Made by `open`; used by one thread at a time.

    Attributes:
        db: for those who answer from it; written by nobody else.
        published: how many epochs are published.
        note: the checkpoint of them, signed.
    """

    def __init__(
        self, db: sqlite3.Connection, heads: HeadStore, keys: LogKeys, config: LogConfig
    ) -> None:
        self.db, self.config, self._keys, self._heads = db, config, keys, heads
        self.locate: Locate = labels.locating(keys.vrf)
        self.published, self.note = 0, b""
        self._builder = b""
        self._changing: set[Label] = set()  # staged by requests that are under way

    @classmethod
    def open(
        cls,
        path: Path,
        heads: HeadStore,
        keys: LogKeys,
        config: LogConfig,
        random: Random,
        *,
        is_copy: bool = False,
    ) -> Self:
        """Open or begin the log. From now on no other process builds its epochs.

        Args:
            is_copy: of a log that is kept elsewhere, from which it is brought up first, and then
                checked with `check_continues`.

        Raises:
            ForkRefusedError: it is not the log that was signed last.
            OtherLogError: its epochs were built under another configuration's keys.
            NewerSchemaError, sqlite3.Error: as of `schema.open_writer`.
        """
        db = schema.open_writer(path)
        log = cls(db, heads, keys, config)
        try:
            log._begin(random(16))
            if not is_copy:
                log.check_continues()
        except BaseException:
            db.close()
            raise
        return log

    def copy(self, random: Random) -> "KeyLog":
        """Another log in memory that goes on from here on its own."""
        db, heads = schema.open_writer(schema.IN_MEMORY), self._heads.copy()
        self.db.backup(db)
        copied = KeyLog(db, heads, self._keys, self.config)
        copied._begin(random(16))
        copied.check_continues()
        return copied

    def close(self) -> None:
        self.db.close()
        self._heads.close()

    # --- changes -----------------------------------------------------------------------------

    def stage(self, change: Change) -> None:
        """Errors as of `changes.stage`.

        Until it is confirmed or dropped, no other request may stage the label, not even the very
        same change: one of the two would drop what the other one was promised.
        """
        if change.label in self._changing:
            raise UnavailableError("another request changes this label")
        place, _ = self.locate(change.label)
        self._write(lambda: changes.stage(self.db, place, change))
        self._changing.add(change.label)

    def confirm(self, change: Change, now: int) -> bytes:
        """The receipt, once what it promises is on the disk."""
        self._changing.discard(change.label)
        place, _ = self.locate(change.label)
        signer = self._keys.signer
        return self._write(lambda: changes.confirm(self.db, place, signer, change, now * MS))

    def drop(self, label: Label) -> None:
        self._changing.discard(label)
        place, _ = self.locate(label)
        self._write(lambda: changes.drop(self.db, place))

    def undecided(self) -> list[Change]:
        """Changes of which it is not known whether the account was changed."""
        return changes.undecided(self.db)

    # --- epochs ------------------------------------------------------------------------------

    def has_waiting(self) -> bool:
        """Whether an epoch now would hold a change."""
        query = "SELECT 1 FROM pending WHERE state = ? LIMIT 1"
        return self.db.execute(query, (changes.State.CONFIRMED,)).fetchone() is not None

    def newest(self) -> Built | None:
        """The epoch built last, published or not; None before the first."""
        size = self.size
        return epochs.built(self.db, size - 1) if size else None

    @property
    def size(self) -> int:
        """How many epochs were built; one more than are published, at most."""
        (size,) = self.db.execute("SELECT size FROM log").fetchone()
        return int(size)

    def build(self, now: int) -> Checkpoint:
        """The checkpoint of the next epoch, or of the one that was built and not published.

        Raises:
            TwoBuildersError: as of `epochs.build`.
        """
        if self.size == self.published:
            self._write(lambda: epochs.build(self.db, self.config, self._builder, now * MS))
        return self.checkpoint()

    def replay(self, confirm: Callable[[], None], time_ms: int) -> None:
        """Build an epoch that was decided elsewhere, of the changes that `confirm` confirms.

        So whatever was built before it is published, though its note may not be known any more.
        """

        def work() -> None:
            if self.size > self.published:
                epochs.publish(self.db, self.size, b"")
            confirm()
            epochs.build(self.db, self.config, self._builder, time_ms)

        self._write(work)

    @property
    def signed(self) -> int:
        """The largest size of which a head was signed, or is remembered to be."""
        return self._heads.last(self.config.ed25519).size

    def remember(self, checkpoint: Checkpoint) -> None:
        """Errors as of `HeadStore.remember`."""
        self._heads.remember(self.config.ed25519, Head(checkpoint.size, checkpoint.root))

    def sign(self, checkpoint: Checkpoint, now: int) -> bytes:
        """The signed note, once its head is remembered for good.

        Raises:
            ForkRefusedError: another one of this size, or a larger one, was signed.
        """
        self.remember(checkpoint)
        return self._keys.signer.sign(checkpoint, now).encode()

    def publish(self, size: int, note: bytes) -> None:
        """Answer from this epoch from now on. If that is lost, it is published once more."""
        self._write(lambda: epochs.publish(self.db, size, note), synced=False)
        self.published, self.note = size, note

    def forget(self, now: int) -> int:
        """Delete some of what no kept epoch needs; 0 when nothing is left. Some ms of work."""
        return self._write(lambda: self._forget(now), synced=False)

    def checkpoint(self) -> Checkpoint:
        """Of all that was built."""
        return Checkpoint(self.config.origin, self.size, self.root(self.size))

    # --- shared ------------------------------------------------------------------------------

    def root(self, size: int) -> bytes:
        """Of the log's first `size` epochs."""
        return tree.root(HashRows(self.db), size)

    def consistency(self, older: int, newer: int) -> Sequence[bytes]:
        """Of two sizes from 1 to what is built."""
        return tree.consistency_path(HashRows(self.db), older, newer)

    def snapshot(self, reading: Callable[[], T]) -> T:
        """Have all that `reading` reads be of one moment."""
        self.db.execute("BEGIN")
        try:
            return reading()
        finally:
            self.db.execute("ROLLBACK")

    def _write(self, work: Callable[[], T], *, synced: bool = True) -> T:
        """One transaction: on the disk when this returns, undone when it raises.

        Args:
            synced: where not, a power cut may undo it, before anything that comes behind it.
        """
        self.db.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
        self.db.execute("BEGIN IMMEDIATE")
        try:
            outcome = work()
            self.db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
            raise
        return outcome

    def _begin(self, builder: bytes) -> None:
        self._builder = builder
        self._write(lambda: take_over(self.db, builder))
        self.published, self.note = self.db.execute("SELECT published, note FROM log").fetchone()
        newest = self.newest()
        if newest is not None and newest.leaf.config_hash != self.config.hash:
            raise OtherLogError("log.db was written with other keys or settings of the log")

    def check_continues(self) -> None:
        """Raises ForkRefusedError: this log does not begin with what was signed last."""
        last = self._heads.last(self.config.ed25519)
        refuse_fork(last, Head(self.size, last.root))
        if last.size:
            refuse_fork(last, Head(last.size, self.root(last.size)))

    def _forget(self, now: int) -> int:
        before = now - self.config.retention
        published = self.published - 1
        gone = nodes.forget_passed(self.db, published)
        for number in _aged(self.db, before * MS):
            if not nodes.forget_anchor(self.db, number, published):
                self.db.execute("UPDATE anchors SET kept = 0 WHERE number = ?", (number,))
            gone += 1
        return gone


def take_over(db: sqlite3.Connection, builder: bytes) -> None:
    """Make this builder the one that the log's row names."""
    db.execute(
        "INSERT INTO log VALUES (1, ?, 0, 0, x'', 1)"
        " ON CONFLICT (id) DO UPDATE SET builder = excluded.builder",
        (builder,),
    )


def _aged(db: sqlite3.Connection, before_ms: int) -> list[int]:
    """Anchors whose maps were kept long enough."""
    rows = db.execute(
        "SELECT number, leaf FROM anchors JOIN epochs USING (epoch) WHERE kept = 1"
        " ORDER BY number LIMIT 2"
    ).fetchall()
    return [number for number, leaf in rows if EpochLeaf.decode(leaf).time_ms < before_ms]
