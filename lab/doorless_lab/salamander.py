"""Invisible salamanders: one ciphertext that two keys authenticate, with two plaintexts.

ChaCha20-Poly1305 promises nothing about who knows two keys. Its tag is a polynomial over the
ciphertext, evaluated at a point that the key gives; for two keys that is two linear equations
modulo 2^130 - 5, and two blocks of ciphertext solve them:

    sealed = collide(key_a, key_b, nonce, context, ciphertext, at=0)
    aead_open(key_a, nonce, sealed, context)    one plaintext
    aead_open(key_b, nonce, sealed, context)    another one

Dodis, Grubbs, Ristenpart, Woodage: "Fast Message Franking", CRYPTO 2018. What doorless does
about it is a commitment to the key, compared before anything is decrypted.
"""

from itertools import product
from struct import Struct as Form
from typing import Final

from doorless_protocol.primitives import aead_seal

BLOCK = 16
_PRIME = 2**130 - 5
_HIGH = 2**128
"""The bit that Poly1305 sets above each whole block."""

_CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
_WORD = 2**32 - 1
_QUARTERS: Final = (
    *((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)),
    *((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)),
)
_SOME_TAGS = 4096
"""Tags to try: a pair of blocks comes out in range for one of sixteen."""


def collide(
    key_a: bytes, key_b: bytes, nonce: bytes, context: bytes, ciphertext: bytes, at: int
) -> bytes:
    """Give `ciphertext` two blocks, and a tag, with which it opens under both keys.

    Args:
        ciphertext: without a tag; its bytes from `at` to `at` + 32 are replaced.
        at: a multiple of 16.

    Raises:
        ValueError: no two whole blocks there, or (never seen) no tag fits.
    """
    if at % BLOCK or not 0 <= at <= len(ciphertext) - 2 * BLOCK:
        raise ValueError("two whole blocks are needed to choose from")
    blanked = ciphertext[:at] + bytes(2 * BLOCK) + ciphertext[at + 2 * BLOCK :]
    ends = [_one_time(key, nonce) for key in (key_a, key_b)]
    blocks = _blocks(context, blanked)
    first = len(_padded(context)) // BLOCK + at // BLOCK
    rest = [_evaluate(blocks, r, {first, first + 1}) for r, _ in ends]
    powers = [_powers(r, len(blocks), first) for r, _ in ends]
    for tag in range(_SOME_TAGS):
        for wraps in product(range(4), repeat=2):
            values = [
                ((tag - s) % _HIGH + wrap * _HIGH, value)
                for (_, s), wrap, value in zip(ends, wraps, rest, strict=True)
            ]
            if any(wanted >= _PRIME for wanted, _ in values):
                continue
            pair = _solve(powers, [(wanted - value) % _PRIME for wanted, value in values])
            if pair and all(_HIGH <= block < 2 * _HIGH for block in pair):
                chosen = b"".join((block - _HIGH).to_bytes(BLOCK, "little") for block in pair)
                whole = blanked[:at] + chosen + blanked[at + 2 * BLOCK :]
                return whole + tag.to_bytes(BLOCK, "little")
    raise ValueError("no tag fits")


def keystream(key: bytes, nonce: bytes, size: int) -> bytes:
    """What the cipher adds to a plaintext."""
    return aead_seal(key, nonce, bytes(size), b"")[:size]


def _one_time(key: bytes, nonce: bytes) -> tuple[int, int]:
    """Poly1305's r and s for this key and nonce: the cipher's first block. RFC 8439 §2.6."""
    words = Form("<16I").unpack(b"expand 32-byte k" + key + bytes(4) + nonce)
    state = list(words)
    for _ in range(10):
        for quarter in _QUARTERS:
            _mix(state, *quarter)
    mixed = [(word + added) & _WORD for word, added in zip(state, words, strict=True)]
    block = Form("<8I").pack(*mixed[:8])
    return int.from_bytes(block[:16], "little") & _CLAMP, int.from_bytes(block[16:], "little")


def _mix(state: list[int], a: int, b: int, c: int, d: int) -> None:
    for to, other, target, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[to] = (state[to] + state[other]) & _WORD
        word = state[target] ^ state[to]
        state[target] = (word << turn | word >> 32 - turn) & _WORD


def _blocks(context: bytes, ciphertext: bytes) -> list[int]:
    sizes = len(context).to_bytes(8, "little") + len(ciphertext).to_bytes(8, "little")
    data = _padded(context) + _padded(ciphertext) + sizes
    starts = range(0, len(data), BLOCK)
    return [int.from_bytes(data[start : start + BLOCK], "little") + _HIGH for start in starts]


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def _powers(r: int, blocks: int, first: int) -> tuple[int, int]:
    """What the two blocks to choose are multiplied by."""
    return pow(r, blocks - first, _PRIME), pow(r, blocks - first - 1, _PRIME)


def _evaluate(blocks: list[int], r: int, without: set[int]) -> int:
    value = 0
    for place, block in enumerate(blocks):
        value = (value + (0 if place in without else block)) * r % _PRIME
    return value


def _solve(powers: list[tuple[int, int]], wanted: list[int]) -> tuple[int, int] | None:
    """The two blocks, by Cramer's rule."""
    (a, b), (c, d) = powers
    determinant = (a * d - b * c) % _PRIME
    if not determinant:
        return None
    inverse = pow(determinant, -1, _PRIME)
    left, right = wanted
    return (left * d - b * right) * inverse % _PRIME, (a * right - left * c) * inverse % _PRIME
