"""One epoch: what the map came to, what changed, and which anchor stands behind it.

    anchor 1 ◄── epoch 1 ◄── epoch 2 … ◄── anchor 2 ◄── …       one leaf of the log each
       ▲______________________________________│ prev_anchor_hash

The first epoch of each window of time is an anchor. Anchors name each other by their hashes,
so that none can be left out: they are where everybody looks at the same map.
Spec: docs/spec/09-key-log.md §5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from doorless_protocol import merkle
from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.chain import COMMITMENT_SIZE
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import INDEX_SIZE, Index
from doorless_protocol.log.map import EMPTY_ROOT
from doorless_protocol.merkle import HASH_SIZE

LEAF_SIZE = 172
DELTA_SIZE = INDEX_SIZE + COMMITMENT_SIZE  # 64
MAX_DELTAS = 65_536
"""Changes in one epoch: 4 MiB of deltas, ten seconds of what one builder can do."""

NO_ANCHOR = bytes(HASH_SIZE)
_MAGIC = b"KTE1"
_MS = 1000


@dataclass(frozen=True, slots=True, order=True)
class Delta:
    """One change of an epoch: 64 bytes, index 32 || commitment 32. Its version is the next."""

    index: Index
    commitment: bytes

    def encode(self) -> bytes:
        return self.index + self.commitment


def encode_deltas(deltas: Sequence[Delta]) -> bytes:
    return b"".join(delta.encode() for delta in deltas)


def decode_deltas(data: bytes) -> tuple[Delta, ...]:
    """Take an epoch's changes, or some of them in a row.

    Raises:
        MalformedError: part of one, more than MAX_DELTAS, or indices that do not rise.
    """
    count, left = divmod(len(data), DELTA_SIZE)
    if left or count > MAX_DELTAS:
        raise MalformedError(f"deltas of {len(data)} bytes")
    starts = range(0, len(data), DELTA_SIZE)
    pieces = [data[start : start + DELTA_SIZE] for start in starts]
    deltas = tuple(Delta(Index(piece[:INDEX_SIZE]), piece[INDEX_SIZE:]) for piece in pieces)
    if any(left.index >= right.index for left, right in pairwise(deltas)):
        raise MalformedError("deltas that are out of order, or two of one index")
    return deltas


def delta_root(deltas: Sequence[Delta]) -> bytes:
    """What an epoch leaf holds of its changes, which are in the order of their indices."""
    return merkle.root([delta.encode() for delta in deltas])


@dataclass(frozen=True, slots=True)
class EpochLeaf:
    """An entry of the log; its place in the log is its epoch.

    172 bytes, integers big-endian (docs/spec/09-key-log.md §5.2):

        offset  size  field
             0     4  "KTE1"
             4     8  epoch              from 0
            12     8  time               Unix milliseconds, later than the epoch before
            20    32  map root
            52     8  map count          labels in the map
            60    32  delta root
            92     4  delta count        changes of this epoch, at most 65,536
            96     4  anchor number      from 1, of this anchor; 0: this is none
           100     8  prev anchor epoch  of the latest anchor before; 0 in epoch 0
           108    32  prev anchor hash   its leaf hash; zeros in epoch 0
           140    32  config hash
    """

    epoch: int
    time_ms: int
    map_root: bytes
    map_count: int
    delta_root: bytes
    delta_count: int
    anchor_no: int
    prev_anchor_epoch: int
    prev_anchor_hash: bytes
    config_hash: bytes

    @property
    def is_anchor(self) -> bool:
        return self.anchor_no > 0

    @property
    def hash(self) -> bytes:
        """Its leaf hash in the log, which later leaves name an anchor by."""
        return merkle.leaf_hash(self.encode())

    def encode(self) -> bytes:
        writer = Writer().raw(_MAGIC).uint(self.epoch, 8).uint(self.time_ms, 8)
        writer.raw(self.map_root).uint(self.map_count, 8)
        writer.raw(self.delta_root).uint(self.delta_count, 4).uint(self.anchor_no, 4)
        writer.uint(self.prev_anchor_epoch, 8).raw(self.prev_anchor_hash)
        return writer.raw(self.config_hash).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: not the one form of a leaf, or one that contradicts itself."""
        reader = Reader(data, "epoch leaf")
        reader.exactly(_MAGIC, "kind")
        leaf = cls(
            epoch=reader.number(),
            time_ms=reader.number(),
            map_root=reader.raw(HASH_SIZE),
            map_count=reader.number(),
            delta_root=reader.raw(HASH_SIZE),
            delta_count=reader.uint(4),
            anchor_no=reader.uint(4),
            prev_anchor_epoch=reader.number(),
            prev_anchor_hash=reader.raw(HASH_SIZE),
            config_hash=reader.raw(HASH_SIZE),
        )
        reader.end()
        check_leaf(leaf)
        return leaf


def check_leaf(leaf: EpochLeaf) -> None:
    """Raises MalformedError: what the leaf says cannot all be true."""
    none_before = (leaf.prev_anchor_epoch, leaf.prev_anchor_hash) == (0, NO_ANCHOR)
    if (leaf.epoch == 0) != none_before or (leaf.epoch == 0) != (leaf.anchor_no == 1):
        raise MalformedError(f"epoch {leaf.epoch} behind a wrong anchor")
    if leaf.epoch and not leaf.prev_anchor_epoch < leaf.epoch:
        raise MalformedError(f"epoch {leaf.epoch} behind an anchor of a later one")
    if (leaf.map_count == 0) != (leaf.map_root == EMPTY_ROOT):
        raise MalformedError("epoch whose map is empty, and yet is not")
    if (leaf.delta_count == 0) != (leaf.delta_root == merkle.root([])):
        raise MalformedError("epoch with no changes, and yet with some")
    if leaf.delta_count > min(MAX_DELTAS, leaf.map_count):
        raise MalformedError(f"epoch of {leaf.delta_count} changes in {leaf.map_count} labels")


def next_leaf(
    previous: EpochLeaf | None,
    anchor: EpochLeaf | None,
    time_ms: int,
    map_root: bytes,
    map_count: int,
    deltas: Sequence[Delta],
    config: LogConfig,
) -> EpochLeaf:
    """The leaf of the epoch that follows.

    Args:
        previous: the newest leaf; None: this is epoch 0.
        anchor: the latest anchor, which may be `previous`.
        time_ms: later than the previous leaf's, whatever the clock says.
        deltas: in the order of their indices.

    Raises:
        ValueError: the time is not later, or there are too many changes.

    Spec: docs/spec/09-key-log.md §5.3.
    """
    if len(deltas) > MAX_DELTAS or (previous is not None and time_ms <= previous.time_ms):
        raise ValueError(f"an epoch at {time_ms} of {len(deltas)} changes")
    return EpochLeaf(
        0 if previous is None else previous.epoch + 1,
        time_ms,
        map_root,
        map_count,
        delta_root(deltas),
        len(deltas),
        anchor_number(anchor, time_ms, config.window),
        0 if anchor is None else anchor.epoch,
        NO_ANCHOR if anchor is None else anchor.hash,
        config.hash,
    )


def anchor_number(anchor: EpochLeaf | None, time_ms: int, window: int) -> int:
    """The number of an epoch of this time, or 0 if it is no anchor.

    Args:
        anchor: the latest one before.
        window: seconds.

    Spec: docs/spec/09-key-log.md §5.3.
    """
    if anchor is None:
        return 1
    is_due = time_ms // (window * _MS) > anchor.time_ms // (window * _MS)
    return anchor.anchor_no + 1 if is_due else 0


def check_step(
    previous: EpochLeaf | None, anchor: EpochLeaf | None, leaf: EpochLeaf, config: LogConfig
) -> None:
    """Check that a leaf may stand behind `previous`; not what its roots stand for.

    Args:
        anchor: the latest one up to `previous`.

    Raises:
        ProofError: a wrong number, a time that is not later, an anchor too many or too few, a
            wrong link, or another configuration.

    Spec: docs/spec/09-key-log.md §5.3.
    """
    if previous is not None and leaf.time_ms <= previous.time_ms:
        raise ProofError(f"epoch {leaf.epoch} is no later than the one before")
    expected = next_leaf(previous, anchor, leaf.time_ms, leaf.map_root, leaf.map_count, (), config)
    if _numbering(leaf) != _numbering(expected):
        raise ProofError(f"epoch {leaf.epoch} does not stand where it says")


def check_deltas(leaf: EpochLeaf, deltas: Sequence[Delta]) -> None:
    """Raises ProofError: these are not the changes of this epoch."""
    if len(deltas) != leaf.delta_count or delta_root(deltas) != leaf.delta_root:
        raise ProofError(f"{len(deltas)} changes that are not those of epoch {leaf.epoch}")


def check_anchor_link(anchor: EpochLeaf, later: EpochLeaf) -> None:
    """Check that `anchor` is the latest anchor before `later`.

    Raises:
        ProofError: it is none, or another one.

    Spec: docs/spec/09-key-log.md §5.3.
    """
    named = later.prev_anchor_epoch, later.prev_anchor_hash
    if not anchor.is_anchor or named != (anchor.epoch, anchor.hash):
        raise ProofError(f"epoch {later.epoch} names another anchor before it")
    if later.is_anchor and later.anchor_no != anchor.anchor_no + 1:
        raise ProofError(f"anchor {later.anchor_no} behind anchor {anchor.anchor_no}")
    if later.time_ms <= anchor.time_ms:
        raise ProofError(f"epoch {later.epoch} is no later than the anchor before")


def _numbering(leaf: EpochLeaf) -> tuple[object, ...]:
    anchor = leaf.anchor_no, leaf.prev_anchor_epoch, leaf.prev_anchor_hash
    return (leaf.epoch, *anchor, leaf.config_hash)
