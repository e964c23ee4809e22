"""E8, a bad epoch: the log signed what does not follow from what it says was changed.

    before ── signed leaf ── map root ◄── paths of every changed label, and its newest link
      + deltas ──► the map that follows, recomputed from these paths alone
    after ─── signed leaf ── another map root, count, time or anchor

Whoever replays a log makes it without the log's help: it holds the map before, and needs
nothing of the map that should not be. Spec: docs/spec/12-witness.md §7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import ProofError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import (
    DELTA_SIZE,
    LEAF_SIZE,
    MAX_DELTAS,
    Delta,
    EpochLeaf,
    check_anchor_link,
    decode_deltas,
    encode_deltas,
)
from doorless_protocol.log.label import Index
from doorless_protocol.log.map import (
    EMPTY_ROOT,
    HASH_SIZE,
    KEY_BITS,
    Inner,
    Leaf,
    Node,
    Path,
    Ref,
    Step,
    bit_of,
    inner_hash,
    leaf_hash,
    root_hash,
    verify_absence,
    verify_inclusion,
)
from doorless_protocol.log.replay import Epoch, Link, State, follow
from doorless_protocol.log.sighting import encode_path, read_path
from doorless_protocol.log.signed_leaf import SignedLeaf, count


@dataclass(frozen=True, slots=True)
class Place:
    """A label before the epoch: where it is in the map, and its newest link; None: absent."""

    path: Path
    link: Link | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """Everything that the next epoch follows from, as far as its changes reach.

    Integers big-endian (docs/spec/12-witness.md §7.1):

        u8 present [before: signed leaf] | u8 present [172 anchor] | after: signed leaf
        u32 length | 64 * n deltas | n places

    A place is `path | u8 present [u64 version | u64 epoch | 32 previous | 32 commitment]`.

    Attributes:
        before: None if `after` is the first epoch.
        anchor: the newest anchor before; None if `before` is one itself, or there is none.
        places: of the label of each delta, in their order.
    """

    before: SignedLeaf | None
    anchor: EpochLeaf | None
    after: SignedLeaf
    deltas: tuple[Delta, ...]
    places: tuple[Place, ...]

    def encode(self) -> bytes:
        writer = Writer().uint(self.before is not None, 1)
        writer.raw(b"" if self.before is None else self.before.encode())
        writer.uint(self.anchor is not None, 1)
        writer.raw(b"" if self.anchor is None else self.anchor.encode())
        writer.raw(self.after.encode()).prefixed(encode_deltas(self.deltas), 4)
        for place in self.places:
            writer.raw(encode_path(place.path)).uint(place.link is not None, 1)
            if place.link is not None:
                writer.uint(place.link.version, 8).uint(place.link.epoch, 8)
                writer.raw(place.link.previous).raw(place.link.commitment)
        return writer.done()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        before = SignedLeaf.read(reader) if _flag(reader) else None
        anchor = EpochLeaf.decode(reader.raw(LEAF_SIZE)) if _flag(reader) else None
        after = SignedLeaf.read(reader)
        deltas = tuple(decode_deltas(reader.prefixed(4, MAX_DELTAS * DELTA_SIZE)))
        return cls(before, anchor, after, deltas, tuple(_read_place(reader) for _ in deltas))


def bad_epoch(config: LogConfig, body: Replayed) -> str:
    """What the epoch breaks, in words.

    Raises:
        ForgedError: the log did not sign it.
        ProofError: it is no evidence, or the epoch is as it must be.

    Spec: docs/spec/12-witness.md §7.2.
    """
    state = _state_before(config, body)
    body.after.check(config)
    epoch = Epoch(body.after.shown, body.deltas)
    epoch.check()
    nodes, links = _PartialMap(root_hash(state.map_root), body), _links(body)
    try:
        follow(state, epoch, config, nodes, links.get)
    except ProofError as broken:
        return f"epoch {epoch.leaf.epoch} does not follow from the one before: {broken}"
    raise ProofError("an epoch as it must be")


def _state_before(config: LogConfig, body: Replayed) -> State:
    if body.before is None:
        if body.after.shown.epoch != 0 or body.anchor is not None:
            raise ProofError("nothing before an epoch that is not the first")
        return State()
    body.before.check(config)
    before = body.before.shown
    if body.after.shown.epoch != before.epoch + 1:
        raise ProofError(f"epoch {body.after.shown.epoch} is not the next after {before.epoch}")
    if before.is_anchor == (body.anchor is not None):
        raise ProofError("the anchor before is missing, or there is one too many")
    if body.anchor is not None:
        check_anchor_link(body.anchor, before)
    root = None if before.map_root == EMPTY_ROOT else _ref(before.map_root)
    return State(before, body.anchor or before, root, next_id=1 << KEY_BITS)


def _links(body: Replayed) -> Mapping[Index, Link]:
    pairs = zip(body.deltas, body.places, strict=True)
    return {delta.index: place.link for delta, place in pairs if place.link is not None}


class _PartialMap:
    """The map before, where the changes reach it: a MapReader of paths that were checked."""

    def __init__(self, root: bytes, body: Replayed) -> None:
        self._nodes: dict[int, Node] = {}
        for delta, place in zip(body.deltas, body.places, strict=True):
            if place.link is None:
                verify_absence(place.path, delta.index, root)
                leaf = place.path.other
            else:
                leaf = Leaf(delta.index, place.link.head(delta.index))
                verify_inclusion(place.path, leaf.key, leaf.value, root)
            if leaf is not None:
                self._add(leaf, place.path.steps)

    def node(self, id: int) -> Node:
        return self._nodes[id]  # a change reads what lies on its own path, and nothing else

    def _add(self, leaf: Leaf, steps: Sequence[Step]) -> None:
        here, node = _ref(leaf_hash(*leaf)), leaf
        self._nodes[here.id] = node
        for bit, sibling in steps:
            left, right = here, _ref(sibling)
            if bit_of(leaf.key, bit):
                left, right = right, left
            here = _ref(inner_hash(bit, left.hash, right.hash))
            self._nodes[here.id] = Inner(bit, _prefix(leaf.key, bit), left, right)


def _ref(hashed: bytes) -> Ref:
    """A node of the map before, numbered by its hash: below all that are made anew."""
    return Ref(int.from_bytes(hashed, "big"), hashed)


def _prefix(key: bytes, bits: int) -> bytes:
    """The first bits of a key, and zeros up to a full byte."""
    size = (bits + 7) // 8
    number = int.from_bytes(key[:size], "big") >> 8 * size - bits << 8 * size - bits
    return number.to_bytes(size, "big")


def _flag(reader: Reader) -> bool:
    return bool(count(reader, 1))


def _read_place(reader: Reader) -> Place:
    path = read_path(reader)
    if not _flag(reader):
        return Place(path, None)
    version, epoch = reader.number(), reader.number()
    return Place(path, Link(version, epoch, reader.raw(HASH_SIZE), reader.raw(HASH_SIZE)))
