"""What a client knows of a key log, as values that follow one another.

    begin ──► EMPTY ── accept_head ──► FOLLOWING ── proof of two truths ──► FROZEN
                                        │      ▲
                                        └──────┘ accept_head, accept_anchors

A step gives the next view or raises, and then the old one still holds: only what was verified
to the last byte is ever stored. Spec: docs/spec/10-key-log-clients.md §4.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import FrozenLogError, MalformedError, ProofError, UnwitnessedError
from doorless_protocol.log.config import MAX_CONFIG, LogConfig
from doorless_protocol.log.epoch import LEAF_SIZE, EpochLeaf
from doorless_protocol.log.note import MAX_NOTE, Note
from doorless_protocol.log.signed_leaf import SignedLeaf, count

MAX_ANCHORS = 8
"""Anchors that are kept: a peer who was away for a week can still compare the last one it saw."""

QUORUM_PATIENCE = 24 * 3600
"""Seconds without the witnesses' quorum after which no changed key is taken: one may be down for
a day, and who keeps the witnesses away from a victim gains nothing by it for longer."""

MAX_FROZEN = 1 << 20
"""Bytes of the evidence that froze a view. Two truths are proven in less than 64 KiB."""

_SCHEMA = b"\x01"
_NO_ROOT = bytes(32)


@dataclass(frozen=True, slots=True)
class LogView:
    """One log, as far as it was verified.

    Attributes:
        config: pinned; whoever has the relay's link has its hash.
        note: the newest head as it was signed; None: nothing was accepted yet.
        time_ms: of the newest head's leaf, by the log's clock.
        quorum_at: when a head last carried the witnesses' quorum, Unix seconds by our clock.
        anchors: the newest ones, oldest first, each linked to the one before.
        anchored: the newest of them under a signed head.
        frozen: the evidence that two truths were signed; b"" while there is none.
    """

    config: LogConfig
    note: Note | None = None
    size: int = 0
    root: bytes = _NO_ROOT
    time_ms: int = 0
    quorum_at: int = 0
    latest_anchor: bytes = _NO_ROOT  # hash of the newest head's latest anchor
    anchors: tuple[EpochLeaf, ...] = ()
    anchored: SignedLeaf | None = None
    frozen: bytes = b""

    @classmethod
    def begin(cls, config: LogConfig) -> Self:
        return cls(config)

    @property
    def epoch(self) -> int:
        """The newest epoch that was verified; -1 for none."""
        return self.size - 1

    @property
    def newest_anchor(self) -> EpochLeaf | None:
        return self.anchors[-1] if self.anchors else None

    @property
    def has_new_anchor(self) -> bool:
        """Whether the newest head told of an anchor that is not among ours yet."""
        known = self.newest_anchor
        return self.note is not None and (known is None or known.hash != self.latest_anchor)

    def anchor(self, number: int) -> EpochLeaf | None:
        """The anchor with this number; None: not among those that are kept."""
        return next((leaf for leaf in self.anchors if leaf.anchor_no == number), None)

    def signed_anchor(self, number: int) -> SignedLeaf:
        """A kept anchor under a signed head, for a peer or for evidence.

        Raises:
            ProofError: it is not among those that are kept.
        """
        descent = [leaf for leaf in reversed(self.anchors) if leaf.anchor_no >= number]
        if self.anchored is None or not descent or descent[-1].anchor_no != number:
            raise ProofError(f"anchor {number} is not among those that are kept")
        return self.anchored.behind(*descent[1:])

    def is_unwitnessed(self, now: int) -> bool:
        """Whether the witnesses' quorum has been missing for more than QUORUM_PATIENCE."""
        return now - self.quorum_at > QUORUM_PATIENCE

    def check_witnessed(self, now: int) -> None:
        """Raises UnwitnessedError: no changed key is to be taken now."""
        if self.is_unwitnessed(now):
            raise UnwitnessedError("no quorum of witnesses for more than a day")

    def check_not_frozen(self) -> None:
        """Raises FrozenLogError: it is proven that this log shows two truths."""
        if self.frozen:
            raise FrozenLogError(f"the key log {self.config.origin!r} was proven dishonest")

    def freeze(self, evidence: bytes) -> Self:
        """The view once `evidence`, a bundle, proved that the log shows two truths."""
        return replace(self, frozen=self.frozen or evidence)

    def encode(self) -> bytes:
        """The view as a store keeps it. Spec: docs/spec/10-key-log-clients.md §4.1."""
        writer = Writer().raw(_SCHEMA).prefixed(self.config.encode(), 2)
        writer.prefixed(b"" if self.note is None else self.note.encode(), 2)
        writer.uint(self.size, 8).raw(self.root).uint(self.time_ms, 8).uint(self.quorum_at, 8)
        writer.raw(self.latest_anchor).uint(len(self.anchors), 1)
        writer.raw(b"".join(leaf.encode() for leaf in self.anchors))
        writer.raw(b"" if self.anchored is None else self.anchored.encode())
        return writer.prefixed(self.frozen, 4).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form, or no view that the steps lead to."""
        reader = Reader(data, "view of a key log")
        reader.exactly(_SCHEMA, "schema version")
        config = LogConfig.decode(reader.prefixed(2, MAX_CONFIG))
        note = reader.prefixed(2, MAX_NOTE)
        size, root = reader.number(), reader.raw(32)
        time_ms, quorum_at, latest = reader.number(), reader.number(), reader.raw(32)
        anchors = tuple(
            EpochLeaf.decode(reader.raw(LEAF_SIZE)) for _ in range(count(reader, MAX_ANCHORS))
        )
        anchored = SignedLeaf.read(reader) if anchors else None
        frozen = reader.prefixed(4, MAX_FROZEN)
        reader.end()
        if bool(note) != bool(size):
            raise MalformedError("view of a key log with a size and no head")
        if any(later.prev_anchor_hash != anchor.hash for anchor, later in pairwise(anchors)):
            raise MalformedError("view of a key log whose anchors are not linked")
        signed = Note.decode(note) if note else None
        return cls(
            config, signed, size, root, time_ms, quorum_at, latest, anchors, anchored, frozen
        )
