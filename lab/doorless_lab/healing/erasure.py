"""A code of 32-byte chunks: any k different ones of 65,536 give a value of k chunks back.

Systematic Reed-Solomon over GF(2^16): symbol j of chunk i (big-endian u16) is the value at i of
a polynomial of degree below k, and the first k chunks are the value itself, filled up with
zeros. The code of Signal's braid (SPQR), and the form of the test vectors of others.

Coded rather than plainly repeated in a circle: with a code a lost chunk costs one more
message, in a circle it costs the wait until its turn comes again. So the comparison shows
chunks at their best.
"""

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct

from doorless_lab.healing.gf65536 import multiply, weights

CHUNK = 32
CODEWORDS = 1 << 16
_form = Struct(">16H")


@lru_cache(maxsize=4096)
def _weights(nodes: tuple[int, ...], at: int) -> list[int]:
    return weights(nodes, at)


def needed(size: int) -> int:
    """Chunks that give a value of `size` bytes back, whichever they are."""
    return -(-size // CHUNK)


def encode(value: bytes, index: int) -> bytes:
    """Chunk `index` of the value, 0 to 65,535."""
    count = needed(len(value))
    padded = value.ljust(count * CHUNK, b"\0")
    if index < count:
        return padded[index * CHUNK :][:CHUNK]
    chunks = [padded[at : at + CHUNK] for at in range(0, len(padded), CHUNK)]
    return _value_at(tuple(range(count)), chunks, index)


def decode(size: int, codewords: Sequence[tuple[int, bytes]]) -> bytes | None:
    """The value of `size` bytes; None while chunks are missing.

    Args:
        codewords: (index, chunk) as they came. Of one index the first counts.
    """
    count = needed(size)
    first: dict[int, bytes] = {}
    for index, chunk in codewords:
        if len(first) < count:
            first.setdefault(index, chunk)
    if len(first) < count:
        return None
    nodes, chunks = tuple(first), list(first.values())
    whole = (first[at] if at in first else _value_at(nodes, chunks, at) for at in range(count))
    return b"".join(whole)[:size]


def _value_at(nodes: tuple[int, ...], chunks: Sequence[bytes], at: int) -> bytes:
    symbols = [0] * 16
    for weight, chunk in zip(_weights(nodes, at), chunks, strict=True):
        for place, symbol in enumerate(_form.unpack(chunk)):
            symbols[place] ^= multiply(weight, symbol)
    return _form.pack(*symbols)
