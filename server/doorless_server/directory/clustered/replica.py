"""One node's copy of the log: epochs as the cluster decided them, computed again from its changes.

Used by the thread that has the KeyLog. What comes out is compared with what was signed, so that a
node never answers from another history. Spec: docs/spec/17-cluster-state.md §5.2.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.label import Index, Label
from doorless_protocol.log.note import Note
from doorless_server.directory import changes, labels
from doorless_server.directory.answers import Answers
from doorless_server.directory.base import Change, Shown
from doorless_server.directory.changes import State
from doorless_server.directory.clustered.rows import (
    EnteringRow,
    EpochRow,
    PendingRow,
    PublishedRow,
    RecordRow,
)
from doorless_server.directory.heads import ForkRefusedError
from doorless_server.directory.keylog import KeyLog


class Replica:
    def __init__(self, log: KeyLog) -> None:
        self.log, self.answers = log, Answers(log)

    # --- following ---------------------------------------------------------------------------

    def enter(self, epoch: int, row: EpochRow, records: Sequence[RecordRow]) -> None:
        """Build the next epoch; one that is here already stays as it is."""
        if epoch != self.log.size:
            return

        def confirm() -> None:
            for entering, record in zip(row.entering, records, strict=True):
                _confirm(self.log.db, entering, record)

        self.log.replay(confirm, row.time_ms)
        if any(not record.record for record in records):
            self.log.db.execute("DELETE FROM records WHERE record = x''")  # of a closed account

    def publish(self, row: PublishedRow) -> None:
        """Answer from this size on, once its head is remembered for good on this node.

        Raises:
            ForkRefusedError: what was signed is not what was computed here, or not what was
                signed before.
        """
        ours = Checkpoint(self.log.config.origin, row.size, self.log.root(row.size))
        if Checkpoint.parse(Note.decode(row.note).text) != ours:
            raise ForkRefusedError(
                f"the cluster signed other epochs than the {row.size} that log.db has: move log.db"
                " away, and this node makes itself a new copy"
            )
        if self.log.signed <= row.size:  # else by this node, before it was killed
            self.log.remember(ours)
        self.log.publish(row.size, row.note)

    def sign(self, checkpoint: Checkpoint, now: int) -> bytes:
        """The signed note; empty where this size is published already."""
        return b"" if self.log.published >= checkpoint.size else self.log.sign(checkpoint, now)

    # --- changes -----------------------------------------------------------------------------

    def examine(self, change: Change) -> PendingRow | None:
        """How it waits for its epoch; None where it is in one already. Errors as of `stage`."""
        place, _ = self.log.locate(change.label)
        row = labels.find(self.log.db, place)
        if changes.is_in_an_epoch(self.log.db, row, change):
            return None
        standing = changes.follow(labels.standing(self.log.db, row), row, change.record)
        return PendingRow(
            state=State.STAGED,
            version=change.record.version,
            kind=change.record.kind,
            replaced=standing.replaced or b"",
            commitment=change.commitment,
            opening=change.opening,
            record=change.record.encode(),
            receipt=changes.NOT_PROMISED,
            superseded=change.superseded,
        )

    def versions(self, places: Sequence[bytes]) -> list[int]:
        """Of labels, as of what is published; 0 where nothing is."""
        return [self._version(place) for place in places]

    def fitting(self, entering: Sequence[EnteringRow]) -> tuple[EnteringRow, ...]:
        """Those that follow what is published: others may have been published meanwhile."""
        return tuple(each for each in entering if each.version == self._version(each.place) + 1)

    def _version(self, place: bytes) -> int:
        (version,) = self.log.db.execute(
            "SELECT coalesce(max(versions.version), 0) FROM versions"
            " JOIN labels ON labels.id = label WHERE place = ? AND epoch < ?",
            (place, self.log.published),
        ).fetchone()
        return int(version)

    # --- answers -----------------------------------------------------------------------------

    def look_up(self, label: Label, known: int, size: int, waiting: PendingRow | None) -> Shown:
        """Args: waiting: a change of the label, which may be published by now."""
        shown = self.answers.look_up(label, known, size)
        place, _ = self.log.locate(label)
        if waiting is None or waiting.version <= self._version(place):
            return shown
        return replace(shown, superseded=waiting.superseded)


def _confirm(db: sqlite3.Connection, entering: EnteringRow, record: RecordRow) -> None:
    """Have it wait for the epoch that is built next."""
    label = labels.find(db, Index(entering.place))
    if label.version + 1 != entering.version:
        raise ForkRefusedError("the cluster has an epoch that does not follow the one before")
    number = labels.keep(db, label)
    row = (
        number,
        entering.version,
        entering.kind,
        entering.replaced,
        entering.commitment,
        record.opening,
        record.record,
        changes.NOT_PROMISED,
        b"",
        State.CONFIRMED,
    )
    db.execute("INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
