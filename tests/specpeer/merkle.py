"""Merkle trees of RFC 9162 §2.1 over SHA-256. docs/spec/02-identities.md §2."""

from specpeer.crypto import Refused, sha256


def _leaf(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf)


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return _leaf(leaves[0])
    cut = _split(len(leaves))
    return _node(root(leaves[:cut]), root(leaves[cut:]))


def path(leaves: list[bytes], index: int) -> list[bytes]:
    """Sibling hashes from the leaf up."""
    if len(leaves) == 1:
        return []
    cut = _split(len(leaves))
    if index < cut:
        return [*path(leaves[:cut], index), root(leaves[cut:])]
    return [*path(leaves[cut:], index - cut), root(leaves[:cut])]


def length(index: int, size: int) -> int:
    """How many hashes lead from leaf `index` of `size` to the root."""
    if size == 1:
        return 0
    cut = _split(size)
    return 1 + (length(index, cut) if index < cut else length(index - cut, size - cut))


def _climb(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    if size == 1:
        return _leaf(leaf)
    cut = _split(size)
    if index < cut:
        return _node(_climb(leaf, index, cut, hashes[:-1]), hashes[-1])
    return _node(hashes[-1], _climb(leaf, index - cut, size - cut, hashes[:-1]))


def verify(leaf: bytes, index: int, size: int, hashes: list[bytes], expected: bytes) -> None:
    if not 0 <= index < size:
        raise Refused("ProofError", f"leaf {index} of {size}")
    if len(hashes) != length(index, size) or any(len(each) != 32 for each in hashes):
        raise Refused("ProofError", f"a path of {len(hashes)} hashes")
    if _climb(leaf, index, size, hashes) != expected:
        raise Refused("ProofError", "the path does not lead to the root")
