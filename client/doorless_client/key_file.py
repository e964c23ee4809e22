"""The file that holds a profile's raw key, wrapped by a passphrase.

The raw key is random and never changes; a new passphrase wraps it anew. Big-endian:

    offset  size  field
         0     8  form        "dl-key\\0\\1"
         8     4  passes      Argon2id iterations
        12     8  memory      Argon2id memory, in bytes
        20    16  salt
        36    12  nonce
        48    32  commitment  derived with the wrapping key: one file, one passphrase
        80    48  sealed      the raw key 32 and a tag 16, ChaCha20-Poly1305

    wrapping key || commitment = HKDF-Expand(Argon2id(NFKC(passphrase), salt, passes, memory),
                                             "doorless/1 profile key" || bytes 0 to 47, 64)

So the parameters are authenticated, and a lower cost than the floor is refused before anything
is computed with it.
"""

import unicodedata
from dataclasses import dataclass
from struct import Struct
from typing import Final

from doorless_protocol.errors import ExhaustedError, ForgedError
from doorless_protocol.primitives import Random, aead_open, aead_seal, argon2id, hkdf_expand, same

MIB: Final = 2**20
RAW_KEY_SIZE: Final = 32
SHORTEST_PASSPHRASE: Final = 8
"""Characters of a new one. Argon2id makes a guess cost a tenth of a second and much memory; it
cannot make up for a passphrase that is among the first million tries."""

MAX_PASSPHRASE: Final = 1024
"""Characters; NFKC of more would only cost time."""

LENGTHS: Final = f"a new passphrase has {SHORTEST_PASSPHRASE} to {MAX_PASSPHRASE} characters"

_FORM: Final = b"dl-key\x00\x01"
_LABEL: Final = b"doorless/1 profile key"
_HEADER: Final = Struct(">8sIQ16s12s")
_SIZE: Final = _HEADER.size + 32 + RAW_KEY_SIZE + 16


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at the passphrase costs."""

    passes: int
    memory: int  # bytes


FLOOR: Final = Cost(passes=3, memory=64 * MIB)
"""Cheapest that is taken: a tenth of a second, and 64 MiB for each guess made in parallel."""

CEILING: Final = Cost(passes=64, memory=2048 * MIB)
"""Dearest that is taken, so that an altered file cannot exhaust the computer."""


class WrongPassphraseError(Exception):
    """Another passphrase, or an altered file: the two look the same."""

    def __init__(self) -> None:
        super().__init__("wrong passphrase, or a damaged profile: nothing was changed")


def wrap(raw_key: bytes, passphrase: str, random: Random, cost: Cost = FLOOR) -> bytes:
    """Raises ValueError: the passphrase is too short for a new one, or too long."""
    if not SHORTEST_PASSPHRASE <= len(passphrase) <= MAX_PASSPHRASE:
        raise ValueError(LENGTHS)
    header = _HEADER.pack(_FORM, cost.passes, cost.memory, random(16), random(12))
    key, commitment = _derive(header, passphrase)
    return header + commitment + aead_seal(key, _nonce(header), raw_key, header)


def unwrap(wrapped: bytes, passphrase: str) -> bytes:
    """The raw key. Raises WrongPassphraseError for whatever is wrong."""
    header, commitment, sealed = wrapped[:48], wrapped[48:80], wrapped[80:]
    if len(wrapped) != _SIZE or not 0 < len(passphrase) <= MAX_PASSPHRASE:
        raise WrongPassphraseError
    check_cost(header)
    try:
        key, expected = _derive(header, passphrase)
        check_commitment(commitment, expected)
        return aead_open(key, _nonce(header), sealed, header)
    except (ForgedError, ExhaustedError):  # no cost that was ours here exhausts this machine
        raise WrongPassphraseError from None


def check_cost(header: bytes) -> None:
    """Raises WrongPassphraseError: another form, or a cost that our own program never writes."""
    form, passes, memory, _, _ = _HEADER.unpack(header)
    passes_fit = FLOOR.passes <= passes <= CEILING.passes
    if form != _FORM or not passes_fit or not FLOOR.memory <= memory <= CEILING.memory:
        raise WrongPassphraseError


def check_commitment(found: bytes, expected: bytes) -> None:
    """Raises ForgedError. The AEAD alone would let one file open under two passphrases."""
    if not same(found, expected):
        raise ForgedError("another passphrase")


def _derive(header: bytes, passphrase: str) -> tuple[bytes, bytes]:
    _, passes, memory, salt, _ = _HEADER.unpack(header)
    both = hkdf_expand(argon2id(spoken(passphrase), salt, passes, memory), _LABEL + header, 64)
    return both[:32], both[32:]


def spoken(passphrase: str) -> bytes:
    """One passphrase in one form: what a keyboard composes, a file of another system may not."""
    return unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")


def _nonce(header: bytes) -> bytes:
    return header[36:48]
