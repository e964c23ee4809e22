"""Merkle trees over SHA-256: one hash commits to a list, a short path proves one entry of it.

The tree of RFC 9162 §2.1 (the same as in RFC 6962), built level by level: neighbours are
hashed together, and a last one without a neighbour moves up as it is.

    size 5:              root
                        ┌─┴─────┐
                     ┌──┴──┐    e        path of c (index 2): d, ab, e
                    ab     cd   │
                   ┌┴┐    ┌┴┐   │
                   a b    c d   e

Spec: docs/spec/02-identities.md §2.
"""

from collections.abc import Sequence

from doorless_protocol.errors import ProofError
from doorless_protocol.primitives import sha256

HASH_SIZE = 32


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash that commits to `leaves` and their order; of no leaves, SHA-256 of nothing."""
    return _levels(leaves)[-1][0] if leaves else sha256(b"")


def inclusion_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The sibling hashes from the leaf at `index` (from 0) up to the root."""
    return _path(_levels(leaves), index)


def inclusion_paths(leaves: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """The paths of all leaves, for the price of one tree."""
    if not leaves:
        return []
    levels = _levels(leaves)
    return [_path(levels, index) for index in range(len(leaves))]


def path_length(index: int, size: int) -> int:
    """How many hashes the path of entry `index` has in a tree of `size`."""
    length = 0
    while size > 1:
        length += (index ^ 1) < size
        index, size = index // 2, (size + 1) // 2
    return length


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that the tree with this root holds this leaf at this place.

    Args:
        index: the leaf's place, from 0.
        size: how many leaves the tree has.
        path: sibling hashes, from the leaf's level up.

    Raises:
        ProofError: the path does not lead from the leaf to the root.

    Spec: RFC 9162 §2.1.3.2.
    """
    verify_leaf_hash(leaf_hash(leaf), index, size, path, root)


def verify_leaf_hash(
    hashed: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """`verify_inclusion` for a leaf of which only the hash is at hand."""
    if not 0 <= index < size:
        raise ProofError(f"entry {index} of a tree of {size}")
    if len(path) != path_length(index, size):
        raise ProofError(f"path of {len(path)} hashes for entry {index} of {size}")
    if any(len(each) != HASH_SIZE for each in (hashed, root, *path)):
        raise ProofError(f"path with a hash that has not {HASH_SIZE} bytes")
    siblings = iter(path)
    while size > 1:
        if index % 2:
            hashed = node_hash(next(siblings), hashed)
        elif index + 1 < size:
            hashed = node_hash(hashed, next(siblings))
        index, size = index // 2, (size + 1) // 2
    if hashed != root:
        raise ProofError("path does not lead to the root")


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The tree's hashes: the leaves' own first, the root alone last."""
    level = [leaf_hash(leaf) for leaf in leaves]
    levels = [level]
    while len(level) > 1:
        level = [
            node_hash(*pair) if len(pair) == 2 else pair[0]
            for pair in (level[at : at + 2] for at in range(0, len(level), 2))
        ]
        levels.append(level)
    return levels


def _path(levels: list[list[bytes]], index: int) -> tuple[bytes, ...]:
    path = []
    for level in levels:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        index //= 2
    return tuple(path)
