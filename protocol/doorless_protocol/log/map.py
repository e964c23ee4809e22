"""A map with one root: what stands under a key, or that nothing does, in some twenty hashes.

A Merkle-Patricia tree in Torchwood's format. An inner node names the first bit at which the
keys under it differ, so that a million keys lie about twenty deep.

    bit 0 ──┬── bit 2 ──┬── 000…            path of 110…, from the leaf up:
            │           └── 001…              (bit 1, sibling 10…), (bit 0, sibling "bit 2")
            └── bit 1 ──┬── 10…
                        └── 110…

From the root, a key leads down to one leaf and no other, whatever the tree looks like: so a
root stands for one value of each key. If that leaf has another key, the map has not ours.

Spec: docs/spec/09-key-log.md §4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple, Protocol

from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.primitives import sha256

KEY_SIZE = VALUE_SIZE = HASH_SIZE = 32
KEY_BITS = 8 * KEY_SIZE
MAX_DEPTH = 64
"""Steps in one path: keys are outputs of a VRF, and a million of them lie at most 26 deep."""

EMPTY_ROOT = sha256(b"")

_LEAF, _INNER = b"\x00", b"\x01"
_REFS = Struct(">Q32sQ32s")


class Ref(NamedTuple):
    """A node, by the number of its row, and its hash."""

    id: int
    hash: bytes


class Leaf(NamedTuple):
    key: bytes
    value: bytes


class Inner(NamedTuple):
    """The keys under it share `bit` bits (`prefix`, then zeros to a full byte), and then differ."""

    bit: int
    prefix: bytes
    left: Ref
    right: Ref


Node = Leaf | Inner
Step = tuple[int, bytes]
"""A bit, and the hash of the node on the other side of it."""


class MapReader(Protocol):
    """Where nodes are kept. A row never changes: an old root is read like the newest."""

    def node(self, id: int) -> Node: ...


@dataclass(frozen=True, slots=True)
class Path:
    """From a leaf up to the root.

    Attributes:
        steps: bits strictly decreasing.
        other: the leaf that stands where an absent key would; None if the key is there, or if
            the map is empty.
    """

    steps: tuple[Step, ...]
    other: Leaf | None = None


def verify_inclusion(path: Path, key: bytes, value: bytes, root: bytes) -> None:
    """Check that the map with this root has this value under this key, and no other.

    Raises:
        ProofError: the path does not lead from this leaf to the root.

    Spec: docs/spec/09-key-log.md §4.2.
    """
    if path.other is not None:
        raise ProofError("path of another key")
    _check_root(Leaf(key, value), path.steps, root)


def verify_absence(path: Path, key: bytes, root: bytes) -> None:
    """Check that the map with this root has nothing under this key.

    Raises:
        ProofError: the path does not show that.

    Spec: docs/spec/09-key-log.md §4.2.
    """
    if path.other is None:
        if path.steps or root != EMPTY_ROOT:
            raise ProofError("absent from a map that is not empty")
        return
    if path.other.key == key:
        raise ProofError("absent, and yet there")
    if any(bit_of(path.other.key, bit) != bit_of(key, bit) for bit, _ in path.steps):
        raise ProofError("the other key is not where this one would be")
    _check_root(path.other, path.steps, root)


def prove(reader: MapReader, root: Ref | None, key: bytes) -> tuple[Path, bytes | None]:
    """The path of a key in the map under `root` (None: the empty map), and its value or None."""
    if root is None:
        return Path(()), None
    steps: list[Step] = []
    node = reader.node(root.id)
    while isinstance(node, Inner):
        here, sibling = node.left, node.right
        if bit_of(key, node.bit):
            here, sibling = sibling, here
        steps.append((node.bit, sibling.hash))
        node = reader.node(here.id)
    path = tuple(reversed(steps))
    return (Path(path), node.value) if node.key == key else (Path(path, node), None)


def root_hash(root: Ref | None) -> bytes:
    return EMPTY_ROOT if root is None else root.hash


def leaf_hash(key: bytes, value: bytes) -> bytes:
    """Lengths are hashed with the fields: Torchwood's format takes keys of any size."""
    return sha256(_LEAF + bytes((len(key),)) + key + bytes((len(value),)) + value)


def inner_hash(bit: int, left: bytes, right: bytes) -> bytes:
    return sha256(_INNER + _VARINTS[bit] + left + right)


def bit_of(key: bytes, bit: int) -> int:
    """Bit 0 is the highest of the first byte."""
    return key[bit >> 3] >> (7 - (bit & 7)) & 1


def encode_node(node: Node) -> bytes:
    """A row of a store: a leaf of 65 bytes, an inner node of 82 and its prefix."""
    if isinstance(node, Leaf):
        return _LEAF + node.key + node.value
    return _INNER + bytes((node.bit,)) + node.prefix + _REFS.pack(*node.left, *node.right)


def decode_node(data: bytes) -> Node:
    """Raises MalformedError: no row that `encode_node` made."""
    kind, bit = data[:1], data[1:2]
    if kind == _LEAF and len(data) == 1 + KEY_SIZE + VALUE_SIZE:
        return Leaf(data[1 : 1 + KEY_SIZE], data[1 + KEY_SIZE :])
    prefix_size = (bit[0] + 7) // 8 if bit else 0
    if kind != _INNER or len(data) != 2 + prefix_size + _REFS.size:
        raise MalformedError(f"map node of {len(data)} bytes")
    left, left_hash, right, right_hash = _REFS.unpack_from(data, 2 + prefix_size)
    children = Ref(left, left_hash), Ref(right, right_hash)
    return Inner(bit[0], data[2 : 2 + prefix_size], *children)


def _check_root(leaf: Leaf, steps: Sequence[Step], root: bytes) -> None:
    if len(leaf.key) != KEY_SIZE or len(leaf.value) != VALUE_SIZE or len(steps) > MAX_DEPTH:
        raise ProofError(f"map leaf of another size, or a path of {len(steps)} steps")
    hashed, above = leaf_hash(leaf.key, leaf.value), KEY_BITS
    for bit, sibling in steps:
        if not 0 <= bit < above or len(sibling) != HASH_SIZE:
            raise ProofError("map path whose bits do not decrease, or with a hash of another size")
        above = bit
        pair = (sibling, hashed) if bit_of(leaf.key, bit) else (hashed, sibling)
        hashed = inner_hash(bit, *pair)
    if hashed != root:
        raise ProofError("map path does not lead to the root")


_VARINTS = [
    bytes((bit,)) if bit < 128 else bytes((bit & 127 | 128, bit >> 7)) for bit in range(256)
]
"""LEB128, as Go's binary.PutUvarint writes it."""
