"""The cryptography that the key log alone needs: arithmetic of edwards25519, and ML-DSA-44.

Beside primitives.py the only module that imports a cryptographic library. The arithmetic is
libsodium's; what is composed of it is one published construction, the VRF of RFC 9381
(log/vrf.py). A point and a scalar are 32 bytes, little-endian, as in RFC 8032.

Spec: docs/spec/09-key-log.md §2.
"""

from functools import lru_cache
from typing import NewType

import nacl.bindings
import nacl.exceptions
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from doorless_protocol.errors import ForgedError, ProofError

Point = NewType("Point", bytes)
Scalar = NewType("Scalar", bytes)

POINT_SIZE = SCALAR_SIZE = 32
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
MLDSA44_PUBLIC_SIZE, MLDSA44_SIGNATURE_SIZE = 1312, 2420

_FIELD = 2**255 - 19
_SIGN_BIT = 1 << 255
_IDENTITY = b"\x01" + bytes(31)


# --- edwards25519 ----------------------------------------------------------------------------


def in_prime_group(data: bytes) -> bool:
    """Whether these are 32 bytes, canonical, and a point of prime order: not of small or mixed."""
    is_point = nacl.bindings.crypto_core_ed25519_is_valid_point
    return len(data) == POINT_SIZE and is_point(data)


def times_cofactor(data: bytes) -> Point | None:
    """Eight times the point that these 32 bytes encode.

    None: y is not below the field's prime (libsodium would reduce it), no point has this y, or
    eight times it is the identity.
    """
    if int.from_bytes(data, "little") % _SIGN_BIT >= _FIELD:
        return None
    try:
        for _ in range(3):
            data = nacl.bindings.crypto_core_ed25519_add(data, data)
    except nacl.exceptions.RuntimeError:
        return None
    return None if data == _IDENTITY else Point(data)


def times(scalar: Scalar, point: Point) -> Point:
    """Raises ProofError: the product is the identity, or `point` is not of prime order."""
    try:
        return Point(nacl.bindings.crypto_scalarmult_ed25519_noclamp(scalar, point))
    except nacl.exceptions.RuntimeError:
        raise ProofError("a multiple of a point that is none") from None


def times_base(scalar: Scalar) -> Point:
    """Raises ProofError: the scalar is zero."""
    try:
        return Point(nacl.bindings.crypto_scalarmult_ed25519_base_noclamp(scalar))
    except nacl.exceptions.RuntimeError:
        raise ProofError("zero times the base point") from None


def difference(left: Point, right: Point) -> Point:
    return Point(nacl.bindings.crypto_core_ed25519_sub(left, right))


def reduced(wide: bytes) -> Scalar:
    """64 bytes, taken modulo the group's order."""
    return Scalar(nacl.bindings.crypto_core_ed25519_scalar_reduce(wide))


def product(left: Scalar, right: Scalar) -> Scalar:
    return Scalar(nacl.bindings.crypto_core_ed25519_scalar_mul(left, right))


def total(left: Scalar, right: Scalar) -> Scalar:
    return Scalar(nacl.bindings.crypto_core_ed25519_scalar_add(left, right))


# --- ML-DSA-44, FIPS 204 -----------------------------------------------------------------------


def mldsa44_public(seed: bytes) -> bytes:
    return MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def mldsa44_sign(seed: bytes, message: bytes) -> bytes:
    """FIPS 204 §5.2, hedged: draws inside the library."""
    return MLDSA44PrivateKey.from_seed_bytes(seed).sign(message)


def mldsa44_verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Raises ForgedError: the signature is not one of `message` under `public`. FIPS 204 §5.3."""
    try:
        _mldsa44_public(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise ForgedError("ML-DSA-44 signature does not verify") from None


@lru_cache(maxsize=64)
def _mldsa44_public(public: bytes) -> MLDSA44PublicKey:
    return MLDSA44PublicKey.from_public_bytes(public)
