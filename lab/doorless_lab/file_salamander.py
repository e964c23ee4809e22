"""A sealed file that two keys open: what the stream alone would allow.

A stream of libsodium authenticates each part with Poly1305 under a key that the stream's key gives,
so, as in salamander.py, two blocks of a part can be chosen so that one tag fits both keys:

    parts = collide_file(key_a, key_b, header, part)
    Stream(key_a, header).open(parts, final=True)    one file
    Stream(key_b, header).open(parts, final=True)    another one

What is authenticated: the tag byte with 63 bytes that the key gives, the part, the lengths. The tag
byte is encrypted as well, so `key_b` is one whose byte there is the same: one key of 256.
docs/spec/14-attachments.md §2.2 puts a commitment to the key in front.
"""

from collections.abc import Iterator
from itertools import product
from struct import Struct as Form
from typing import Final

from doorless_lab.salamander import (
    _HIGH,
    _PRIME,
    _QUARTERS,
    _SOME_TAGS,
    BLOCK,
    _mix,
    _one_time,
    _powers,
    _solve,
)
from doorless_protocol.primitives import aead_seal

_FINAL: Final = 3
_TAG_BLOCK: Final = 64


def agreeing_key(key: bytes, header: bytes, random: Iterator[bytes]) -> bytes:
    """Another key under which the byte that hides a tag is the same."""
    wanted = _tag_block(*_begun(key, header))[0]
    return next(each for each in random if _tag_block(*_begun(each, header))[0] == wanted)


def collide_file(key_a: bytes, key_b: bytes, header: bytes, part: bytes) -> bytes:
    """One sealed final part, 17 bytes longer, that opens under both keys; under `key_a` as `part`
    but for its first 32 bytes.

    Args:
        part: its length is a multiple of 16.

    Raises:
        ValueError: the keys do not agree about the tag byte, or (never seen) no tag fits.
    """
    begun = [_begun(key, header) for key in (key_a, key_b)]
    hides = {_tag_block(*each)[0] for each in begun}
    if len(hides) > 1 or len(part) % BLOCK:
        raise ValueError("keys that hide the tag byte differently, or a part of another size")
    ciphertext = bytes(a ^ b for a, b in zip(part, _keystream(*begun[0], len(part)), strict=True))
    blanked = bytes(2 * BLOCK) + ciphertext[2 * BLOCK :]
    mark = bytes((hides.pop() ^ _FINAL,))
    ends = [_one_time(*each) for each in begun]
    blocks = [_blocks(mark + _tag_block(*each)[1:], blanked) for each in begun]
    first = _TAG_BLOCK // BLOCK
    rest = [_evaluate(each, r, first) for each, (r, _) in zip(blocks, ends, strict=True)]
    powers = [_powers(r, len(blocks[0]), first) for r, _ in ends]
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
                return mark + chosen + blanked[2 * BLOCK :] + tag.to_bytes(BLOCK, "little")
    raise ValueError("no tag fits")


def _begun(key: bytes, header: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of the stream's first part: HChaCha20 of 16 bytes of the header, then 1, 8."""
    words = Form("<16I").unpack(b"expand 32-byte k" + key + header[:16])
    state = list(words)
    for _ in range(10):
        for quarter in _QUARTERS:
            _mix(state, *quarter)
    inner = Form("<8I").pack(*state[:4], *state[12:])
    return inner, (1).to_bytes(4, "little") + header[16:]


def _tag_block(key: bytes, nonce: bytes) -> bytes:
    """What hides the tag byte, and the 63 bytes behind it: the cipher's second block."""
    return aead_seal(key, nonce, bytes(_TAG_BLOCK), b"")[:_TAG_BLOCK]


def _keystream(key: bytes, nonce: bytes, size: int) -> bytes:
    """What hides the part: from the third block on."""
    return aead_seal(key, nonce, bytes(_TAG_BLOCK + size), b"")[_TAG_BLOCK : _TAG_BLOCK + size]


def _blocks(tag_block: bytes, ciphertext: bytes) -> list[int]:
    sizes = (0).to_bytes(8, "little") + (_TAG_BLOCK + len(ciphertext)).to_bytes(8, "little")
    data = tag_block + ciphertext + sizes
    starts = range(0, len(data), BLOCK)
    return [int.from_bytes(data[start : start + BLOCK], "little") + _HIGH for start in starts]


def _evaluate(blocks: list[int], r: int, first: int) -> int:
    value = 0
    for place, block in enumerate(blocks):
        value = (value + (0 if place in (first, first + 1) else block)) * r % _PRIME
    return value
