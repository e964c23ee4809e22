"""The next version of a map: new nodes beside the old ones, which older roots still reach.

    root 7 ─► (4) ─► (1) a            set b:   root 9 ─► (8) ─► (1) a
               └──► (3) b                                 └──► (7) b'      stale: 3, 4

B changes in a map of N keys read and make about B * (log2(N / B) + 1.4) nodes: those above
the changed leaves, each once. Spec: docs/spec/09-key-log.md §4.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorless_protocol.log.map import (
    KEY_BITS,
    KEY_SIZE,
    VALUE_SIZE,
    Inner,
    Leaf,
    MapReader,
    Node,
    Path,
    Ref,
    bit_of,
    inner_hash,
    leaf_hash,
    prove,
    root_hash,
)

_Changes = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Update:
    """What a batch of changes comes to.

    Attributes:
        root: of the new version; None: there is nothing in it.
        added: how many keys it has more.
        nodes: to be stored, with their ids.
        stale: ids that the new root no longer reaches, and the root before it did.
        next_id: the first that is free.
    """

    root: Ref | None
    added: int
    nodes: tuple[tuple[int, Node], ...]
    stale: tuple[int, ...]
    next_id: int


def update(
    reader: MapReader, root: Ref | None, changes: Mapping[bytes, bytes], next_id: int
) -> Update:
    """Set values under keys; a map forgets no key.

    Args:
        root: of the version to change; None: the empty map.
        next_id: the new nodes have this id and those that follow, in the order of `nodes`.

    Raises:
        ValueError: a key or a value has not 32 bytes.

    Spec: docs/spec/09-key-log.md §4.3.
    """
    if any(len(key) != KEY_SIZE or len(value) != VALUE_SIZE for key, value in changes.items()):
        raise ValueError("a key or a value has not 32 bytes")
    writing = _Writing(reader, next_id)
    new_root = writing.merged(root, sorted(changes.items())) if changes else root
    nodes = tuple(writing.nodes)
    return Update(new_root, writing.added, nodes, tuple(writing.stale), next_id + len(nodes))


class MemoryMap:
    """The newest version of a map in memory: for tests, and for who replays a log's deltas."""

    def __init__(self) -> None:
        self._nodes: dict[int, Node] = {}
        self._ref: Ref | None = None
        self._next_id = 1
        self.count = 0

    def node(self, id: int) -> Node:
        return self._nodes[id]

    def set(self, changes: Mapping[bytes, bytes]) -> None:
        made = update(self, self._ref, changes, self._next_id)
        self._nodes.update(made.nodes)
        for id in made.stale:
            del self._nodes[id]
        self._ref, self._next_id, self.count = made.root, made.next_id, self.count + made.added

    def get(self, key: bytes) -> bytes | None:
        return self.prove(key)[1]

    def prove(self, key: bytes) -> tuple[Path, bytes | None]:
        return prove(self, self._ref, key)

    @property
    def root(self) -> bytes:
        return root_hash(self._ref)


class _Writing:
    """One batch, under way."""

    def __init__(self, reader: MapReader, next_id: int) -> None:
        self._reader, self._next_id = reader, next_id
        self.nodes: list[tuple[int, Node]] = []
        self.stale: list[int] = []
        self.added = 0

    def merged(self, ref: Ref | None, changes: _Changes) -> Ref:
        """What stands under `ref`, and the changes, sorted and at least one."""
        if ref is None:
            return self._built(changes)
        node = self._reader.node(ref.id)
        ends = _first_difference(node, changes[0][0]), _first_difference(node, changes[-1][0])
        bit = min(ends)
        if bit < _bit(node):  # a key that parts from the others above this node
            low, high = _split(changes, bit)
            if bit_of(_prefix(node), bit):
                return self._inner(bit, changes[0][0], self._built(low), self._side(ref, high))
            return self._inner(bit, changes[0][0], self._side(ref, low), self._built(high))
        self.stale.append(ref.id)
        if isinstance(node, Leaf):
            return self._leaf(*changes[0])
        low, high = _split(changes, node.bit)
        left, right = self._side(node.left, low), self._side(node.right, high)
        return self._inner(node.bit, node.prefix, left, right)

    def _side(self, ref: Ref, changes: _Changes) -> Ref:
        return self.merged(ref, changes) if changes else ref

    def _built(self, changes: _Changes) -> Ref:
        """A tree of nothing but changes."""
        if len(changes) == 1:
            self.added += 1
            return self._leaf(*changes[0])
        bit = _first_difference(Leaf(*changes[0]), changes[-1][0])
        low, high = _split(changes, bit)
        return self._inner(bit, changes[0][0], self._built(low), self._built(high))

    def _leaf(self, key: bytes, value: bytes) -> Ref:
        return self._stored(Leaf(key, value), leaf_hash(key, value))

    def _inner(self, bit: int, key: bytes, left: Ref, right: Ref) -> Ref:
        """`key`: any that begins as all under this node do."""
        prefix = bytearray(key[: (bit + 7) // 8])
        if bit % 8:
            prefix[-1] &= 0xFF00 >> bit % 8 & 0xFF
        node = Inner(bit, bytes(prefix), left, right)
        return self._stored(node, inner_hash(bit, left.hash, right.hash))

    def _stored(self, node: Node, hashed: bytes) -> Ref:
        ref = Ref(self._next_id, hashed)
        self.nodes.append((ref.id, node))
        self._next_id += 1
        return ref


def _bit(node: Node) -> int:
    return KEY_BITS if isinstance(node, Leaf) else node.bit


def _prefix(node: Node) -> bytes:
    return node.key if isinstance(node, Leaf) else node.prefix


def _first_difference(node: Node, key: bytes) -> int:
    """The first bit at which `key` is not as the keys under `node` are; `_bit(node)` if none."""
    prefix, bit = _prefix(node), _bit(node)
    differing = int.from_bytes(prefix, "big") ^ int.from_bytes(key[: len(prefix)], "big")
    return bit - (differing >> 8 * len(prefix) - bit).bit_length()


def _split(changes: _Changes, bit: int) -> tuple[_Changes, _Changes]:
    """Those with a zero there, and those with a one; all of them are alike before it."""
    low, high = 0, len(changes)
    while low < high:
        middle = (low + high) // 2
        if bit_of(changes[middle][0], bit):
            high = middle
        else:
            low = middle + 1
    return changes[:low], changes[low:]
