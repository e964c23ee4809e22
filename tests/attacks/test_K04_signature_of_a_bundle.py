from collections.abc import Iterator

import pytest

from doorless_protocol.errors import DoorlessError, ForgedError
from doorless_protocol.prekeys import BUNDLE_SIZE, SignedBundle

SIGNED = range(2951)
ED25519 = range(2951, 3015)
MLDSA = range(3015, BUNDLE_SIZE)


def flipped(encoded: bytes, bits: Iterator[int]) -> Iterator[bytes]:
    for bit in bits:
        at, mask = bit // 8, 1 << bit % 8
        yield encoded[:at] + bytes((encoded[at] ^ mask,)) + encoded[at + 1 :]


def bits(where: range, every: int) -> Iterator[int]:
    """A sample that meets each of the eight bits of a byte."""
    return iter(range(where.start * 8, where.stop * 8, every))


def check(published, encoded: bytes) -> None:
    SignedBundle.decode(encoded).verify(published.entry, published.manifest.account, published.now)


@pytest.mark.attack(
    "K04",
    "every bit of the classical half of a prekey bundle's signature counts",
    weaken={"doorless_protocol.keys.ed25519_verify": lambda *_: None},
)
def test_every_bit_of_the_classical_half_counts(published_bob) -> None:
    encoded = published_bob.bundle.encode()
    check(published_bob, encoded)
    for forged in flipped(encoded, bits(ED25519, every=1)):
        with pytest.raises(ForgedError):
            check(published_bob, forged)


@pytest.mark.attack(
    "K04",
    "the bits of the post-quantum half of a prekey bundle's signature count",
    weaken={"doorless_protocol.keys.mldsa65_verify": lambda *_: None},
)
def test_the_bits_of_the_post_quantum_half_count(published_bob) -> None:
    encoded = published_bob.bundle.encode()
    check(published_bob, encoded)
    for forged in flipped(encoded, bits(MLDSA, every=7)):
        with pytest.raises(ForgedError):
            check(published_bob, forged)


@pytest.mark.attack(
    "K04",
    "the bits of everything signed in a prekey bundle count",
    weaken={"doorless_protocol.prekeys.check_signature": lambda *_: None},
)
def test_the_bits_of_everything_signed_count(published_bob) -> None:
    encoded = published_bob.bundle.encode()
    check(published_bob, encoded)
    for forged in flipped(encoded, bits(SIGNED, every=7)):
        with pytest.raises(DoorlessError):
            check(published_bob, forged)


@pytest.mark.attack(
    "K04",
    "a bundle with half a signature, or none, is refused",
    weaken={"doorless_protocol.keys.VerifyingKey.verify": lambda *_: None},
)
def test_a_bundle_with_half_a_signature_or_none_is_refused(published_bob) -> None:
    encoded = published_bob.bundle.encode()
    signed, classical = encoded[: SIGNED.stop], encoded[ED25519.start : ED25519.stop]
    for signature in (
        b"",
        classical,
        bytes(3373),
        classical + bytes(3309),
        bytes(64) + encoded[MLDSA.start :],
    ):
        with pytest.raises(DoorlessError):
            check(published_bob, signed + signature)
