"""A log that only grows: proofs that it holds an entry, and that a later head continues one.

The tree of merkle.py, with its complete nodes in a store: a log of a million entries is
proved from some twenty of them. Node (level, index) stands over the entries from
index * 2^level on, 2^level of them.

    level 2            (2,0)                size 7: complete are (2,0), (1,2), (0,6) and below;
    level 1       (1,0)     (1,1)           the root hashes what is over them when it is asked
    level 0      a     b   c     d

Spec: docs/spec/09-key-log.md §5.4, RFC 9162 §2.1.
"""

from collections.abc import Sequence
from typing import Protocol

from doorless_protocol.encoding import MAX_NUMBER
from doorless_protocol.errors import ProofError
from doorless_protocol.merkle import HASH_SIZE, leaf_hash, node_hash
from doorless_protocol.primitives import sha256

MAX_PATH = 63
"""Hashes in one proof, as C2SP's tlog-witness bounds it: of a log of 2^63 entries."""


class NodeReader(Protocol):
    """Where the complete nodes are kept. Nobody asks for one that is not complete."""

    def read(self, level: int, index: int) -> bytes:
        """The node's hash, 32 bytes; level 0 holds the leaf hashes."""
        ...


Node = tuple[int, int, bytes]
"""A complete node, as a store keeps it: level, index, hash."""


def root(reader: NodeReader, size: int) -> bytes:
    """The hash of the log's first `size` entries."""
    return _range(reader, 0, size) if size else sha256(b"")


def appended(reader: NodeReader, size: int, leaf: bytes) -> list[Node]:
    """The nodes that entry number `size` completes, itself first. `leaf` is its leaf hash."""
    level, index, hashed = 0, size, leaf
    nodes = [(level, index, hashed)]
    while index % 2:
        hashed = node_hash(reader.read(level, index - 1), hashed)
        level, index = level + 1, index // 2
        nodes.append((level, index, hashed))
    return nodes


def inclusion_path(reader: NodeReader, index: int, size: int) -> tuple[bytes, ...]:
    """What `merkle.verify_leaf_hash` takes. Spec: RFC 9162 §2.1.3.1."""
    if not 0 <= index < size:
        raise ValueError(f"entry {index} of a log of {size}")
    return _path(reader, index, 0, size)


def consistency_path(reader: NodeReader, old: int, new: int) -> tuple[bytes, ...]:
    """What `verify_consistency` takes. Spec: RFC 9162 §2.1.4.1."""
    if not 1 <= old <= new:
        raise ValueError(f"a log of {new} does not continue one of {old}")
    return _consistency(reader, old, 0, new, known=True)


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the log with the new root begins with the whole log with the old one.

    Args:
        old_size: at least 1; every log continues the empty one, and there is nothing to prove.

    Raises:
        ProofError: it does not, or the path is not the one that proves it.

    Spec: RFC 9162 §2.1.4.2.
    """
    if not 1 <= old_size <= new_size <= MAX_NUMBER or len(path) > MAX_PATH:
        raise ProofError(f"{len(path)} hashes from a log of {old_size} to one of {new_size}")
    if any(len(each) != HASH_SIZE for each in (old_root, new_root, *path)):
        raise ProofError(f"path with a hash that has not {HASH_SIZE} bytes")
    if old_size == new_size:
        _check(not path and old_root == new_root)
        return
    hashes = iter(path if old_size & (old_size - 1) else (old_root, *path))
    old, new = _skip_right_turns(old_size - 1, new_size - 1)
    old_hash = new_hash = next(hashes, b"")
    for each in hashes:
        _check(new > 0)
        if old % 2 or old == new:
            old_hash, new_hash = node_hash(each, old_hash), node_hash(each, new_hash)
            while old and not old % 2:
                old, new = old // 2, new // 2
        else:
            new_hash = node_hash(new_hash, each)
        old, new = old // 2, new // 2
    _check(new == 0 and old_hash == old_root and new_hash == new_root)


class MemoryTree:
    """A log's nodes in memory, for tests and for who replays a log."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[int, int], bytes] = {}
        self.size = 0

    def read(self, level: int, index: int) -> bytes:
        return self._nodes[level, index]

    def append(self, leaf: bytes) -> None:
        for level, index, hashed in appended(self, self.size, leaf_hash(leaf)):
            self._nodes[level, index] = hashed
        self.size += 1

    @property
    def root(self) -> bytes:
        return root(self, self.size)


def _check(holds: bool) -> None:
    if not holds:
        raise ProofError("path does not lead from the old root to the new one")


def _skip_right_turns(old: int, new: int) -> tuple[int, int]:
    """Up to the largest complete tree that the old log ends with."""
    while old % 2:
        old, new = old // 2, new // 2
    return old, new


def _range(reader: NodeReader, start: int, end: int) -> bytes:
    """The hash over some entries: a node of the tree, complete or the last of its level."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return reader.read(level, start >> level)
    middle = start + _left_size(size)
    return node_hash(_range(reader, start, middle), _range(reader, middle, end))


def _path(reader: NodeReader, index: int, start: int, end: int) -> tuple[bytes, ...]:
    if end - start == 1:
        return ()
    middle = start + _left_size(end - start)
    if index < middle:
        return (*_path(reader, index, start, middle), _range(reader, middle, end))
    return (*_path(reader, index, middle, end), _range(reader, start, middle))


def _consistency(
    reader: NodeReader, old: int, start: int, end: int, *, known: bool
) -> tuple[bytes, ...]:
    """SUBPROOF of RFC 9162; `old` counts entries from 0, `known`: their root is the old root."""
    if old == end:
        return () if known else (_range(reader, start, end),)
    middle = start + _left_size(end - start)
    if old <= middle:
        left = _consistency(reader, old, start, middle, known=known)
        return (*left, _range(reader, middle, end))
    right = _consistency(reader, old, middle, end, known=False)
    return (*right, _range(reader, start, middle))


def _left_size(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
