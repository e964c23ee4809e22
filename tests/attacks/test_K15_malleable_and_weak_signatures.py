"""Ed25519 has keys and signatures that some libraries take and others do not. We take none."""

from hashlib import sha512

import nacl.bindings
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from doorless_protocol import primitives
from doorless_protocol.errors import DoorlessError, ForgedError, MalformedError
from doorless_protocol.keys import VerifyingKey

ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
TOP_BIT = 1 << 255
SEED = bytes(range(32))

_Y_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER = [
    form.to_bytes(32, "little")
    for y in (0, 1, PRIME - 1, PRIME, PRIME + 1, _Y_OF_ORDER_8, PRIME - _Y_OF_ORDER_8)
    for form in (y, y | TOP_BIT)
]
"""The eight points of small order and all their second encodings, fourteen in all."""


def lenient(public: bytes, message: bytes, signature: bytes) -> None:
    """What a library without these checks does."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise ForgedError("not even here") from None


def reduces_s(public: bytes, message: bytes, signature: bytes) -> None:
    """What a library does that reduces S instead of refusing a large one."""
    s = int.from_bytes(signature[32:], "little") % ORDER
    lenient(public, message, signature[:32] + s.to_bytes(32, "little"))


def takes(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        primitives.ed25519_verify(public, message, signature)
    except DoorlessError:
        return False
    return True


@pytest.mark.attack(
    "K15",
    "under a key of small order nothing verifies, though its owner could sign without a secret",
    weaken={"doorless_protocol.primitives.ed25519_verify": lenient},
)
def test_nothing_verifies_under_a_key_of_small_order() -> None:
    """With A of small order, S·B = R + k·A holds for R = S·B as soon as k·A vanishes."""
    s = (7).to_bytes(32, "little")
    r = nacl.bindings.crypto_scalarmult_ed25519_base_noclamp(s)
    for public in SMALL_ORDER:
        taken = [takes(public, bytes((n,)), r + s) for n in range(32)]
        assert not any(taken)


@pytest.mark.attack(
    "K15",
    "a key of small order is not even read",
    weaken={"doorless_protocol.keys.parse_ed25519": lambda data: data},
)
@pytest.mark.parametrize("point", SMALL_ORDER, ids=bytes.hex)
def test_a_key_of_small_order_is_not_even_read(published_bob, point) -> None:
    with pytest.raises(MalformedError):
        VerifyingKey.decode(point + published_bob.account.verifying.encode()[32:])


@pytest.mark.attack(
    "K15",
    "a signature has one form: S + L is not S",
    weaken={"doorless_protocol.primitives.ed25519_verify": reduces_s},
)
def test_s_plus_the_order_is_refused() -> None:
    public, signature = primitives.ed25519_public(SEED), primitives.ed25519_sign(SEED, b"message")
    assert takes(public, b"message", signature)
    s = int.from_bytes(signature[32:], "little")
    for multiple in range(1, 16):
        larger = (s + multiple * ORDER).to_bytes(32, "little")
        assert not takes(public, b"message", signature[:32] + larger)


@pytest.mark.attack(
    "K15",
    "a signature whose R has small order is refused, in each of its encodings",
    weaken={"doorless_protocol.primitives.ed25519_verify": lenient},
)
def test_an_r_of_small_order_is_refused() -> None:
    """The owner of the key could choose R = 0 and S = k·a, and then sign with many Rs."""
    public = primitives.ed25519_public(SEED)
    scalar = bytearray(sha512(SEED).digest()[:32])
    scalar[0] &= 248
    scalar[31] = scalar[31] & 127 | 64
    secret = int.from_bytes(scalar, "little")
    for r in SMALL_ORDER:
        k = int.from_bytes(sha512(r + public + b"message").digest(), "little") % ORDER
        s = k * secret % ORDER
        assert not takes(public, b"message", r + s.to_bytes(32, "little"))
