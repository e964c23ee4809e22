"""The right edge of a log: the few nodes from which its root and its newest proofs are made.

Spec: docs/spec/12-witness.md §6.
"""

from collections.abc import Iterable

from doorless_protocol.log import tree
from doorless_protocol.log.tree import Node


class Frontier:
    """A log's newest nodes. It grows by entries; `pruned` says what of it has to be kept.

    From what is kept follow the root, the proof of the newest entry, and, after another one
    was appended, still the proof of the one before.
    """

    def __init__(self, size: int, nodes: Iterable[Node] = ()) -> None:
        self.size = size
        self._nodes = {(level, index): hashed for level, index, hashed in nodes}

    def read(self, level: int, index: int) -> bytes:
        return self._nodes[level, index]

    def append(self, leaf: bytes) -> None:
        """`leaf` is a leaf hash."""
        for level, index, hashed in tree.appended(self, self.size, leaf):
            self._nodes[level, index] = hashed
        self.size += 1

    @property
    def root(self) -> bytes:
        return tree.root(self, self.size)

    def path(self, index: int) -> tuple[bytes, ...]:
        """Of the newest entry or the one before it."""
        return tree.inclusion_path(self, index, self.size)

    def pruned(self) -> list[Node]:
        kept = {*_peaks(self.size), *_peaks(max(0, self.size - 1))}
        if self.size:
            kept.add((0, self.size - 1))
        return [(level, index, self._nodes[level, index]) for level, index in sorted(kept)]


def grown_path(frontier: Frontier, growth: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The proof of the newest entry in a later tree, from the proof that this one is its beginning.

    The last complete tree here ends with the entry; a consistency proof goes on from there
    (RFC 9162 §2.1.4), and begins with that tree unless it is all there is.
    """
    size = frontier.size
    if size == 0 or not growth:
        return frontier.path(size - 1) if size else ()
    is_complete = size & (size - 1) == 0
    inside = (size & -size).bit_length() - 1
    return frontier.path(size - 1)[:inside] + (growth if is_complete else growth[1:])


def _peaks(size: int) -> list[tuple[int, int]]:
    """The complete trees that a log of this size consists of."""
    return [
        (level, (size >> level + 1) * 2) for level in range(size.bit_length()) if size >> level & 1
    ]
