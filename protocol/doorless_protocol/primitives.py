"""The cryptography this project stands on.

Beside log_primitives.py, the only module that imports a cryptographic library: to review our use
of it, read this file; to replace it, rewrite it. Keys are bytes with a type of their own; a
function takes exactly the encodings that docs/spec/01-primitives.md allows.

Randomness is an argument. Three operations draw inside the library instead, because it
offers no other way: ML-DSA signing (hedged), ML-KEM encapsulation, HPKE sealing.
"""

import hashlib
import hmac
from collections.abc import Callable
from functools import cached_property, lru_cache, partial
from typing import NewType

import nacl.bindings
import nacl.exceptions
import nacl.pwhash
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
    MLKEM1024PrivateKey,
    MLKEM1024PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from doorless_protocol.errors import ExhaustedError, ForgedError, MalformedError

Random = Callable[[int], bytes]
"""Returns that many bytes, unpredictable ones outside of tests."""

X25519Private = NewType("X25519Private", bytes)  # 32 bytes
X25519Public = NewType("X25519Public", bytes)  # 32 bytes, the canonical encoding
KemSeed = NewType("KemSeed", bytes)  # 64 bytes: the d and z of FIPS 203, for ML-KEM-768 and -1024
Kem768Public = NewType("Kem768Public", bytes)  # 1,184 bytes
Kem1024Public = NewType("Kem1024Public", bytes)  # 1,568 bytes
XWingPrivate = NewType("XWingPrivate", bytes)  # 96 bytes: ML-KEM-768 seed 64 || X25519 32
XWingPublic = NewType("XWingPublic", bytes)  # 1,216 bytes: ML-KEM-768 1,184 || X25519 32

X25519_SIZE, KEM_SEED_SIZE = 32, 64
KEM768_PUBLIC_SIZE, KEM768_CIPHERTEXT_SIZE = 1184, 1088
KEM1024_PUBLIC_SIZE, KEM1024_CIPHERTEXT_SIZE = 1568, 1568
XWING_PRIVATE_SIZE, XWING_PUBLIC_SIZE = 96, 1216
ED25519_PUBLIC_SIZE, ED25519_SIGNATURE_SIZE = 32, 64
MLDSA65_PUBLIC_SIZE, MLDSA65_SIGNATURE_SIZE = 1952, 3309
SIGNING_SEED_SIZE = 32
AEAD_KEY_SIZE, NONCE_SIZE, TAG_SIZE = 32, 12, 16
HPKE_OVERHEAD = 1136
"""Bytes that HPKE with X-Wing adds: an encapsulation of 1,120 and a tag of 16."""

_X25519_PRIME, _SOME_PRIVATE = 2**255 - 19, X25519Private(b"\x09" * 32)
_SHA256 = SHA256()
_HPKE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


# --- hashes and key derivation ---------------------------------------------------------------


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sha3_256(data: bytes) -> bytes:
    return hashlib.sha3_256(data).digest()


same = hmac.compare_digest
"""Compare in a time that does not depend on where they differ."""


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


hkdf_extract: Callable[[bytes, bytes], bytes] = partial(HKDF.extract, _SHA256)
"""Salt and secret to a key of 32 bytes. HKDF-SHA256, RFC 5869 §2.2."""


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(_SHA256, length, info).derive(key)


def hkdf_expander(info: bytes, length: int) -> Callable[[], HKDFExpand]:
    """`hkdf_expand` for a label that is used again and again: `expander().derive(key)`."""
    return partial(HKDFExpand, _SHA256, length, info)


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA256, RFC 5869."""
    return HKDFExpand(_SHA256, length, info).derive(hkdf_extract(salt, secret))


def argon2id(password: bytes, salt: bytes, passes: int, memory: int) -> bytes:
    """32 bytes, RFC 9106, one lane. `salt` has 16, `memory` bytes; ExhaustedError: no room."""
    try:
        return nacl.pwhash.argon2id.kdf(32, password, salt, opslimit=passes, memlimit=memory)
    except (nacl.exceptions.RuntimeError, MemoryError):  # libsodium has no other reason to fail
        raise ExhaustedError(f"a key derivation that takes {memory} bytes") from None


# --- X25519 ----------------------------------------------------------------------------------


def parse_x25519(data: bytes) -> X25519Public:
    """Take a public key in its one canonical form: two encodings of one key misbind identities.

    Raises:
        MalformedError: not 32 bytes, not below the prime, its top bit set, or of small order.

    Spec: docs/spec/01-primitives.md §2.
    """
    check_x25519_size(data)
    refuse_second_encoding(data)
    refuse_small_order(X25519Public(data))
    return X25519Public(data)


def refuse_second_encoding(data: bytes) -> None:
    """Raises MalformedError: u is not below the prime, or its top bit is set."""
    if int.from_bytes(data, "little") >= _X25519_PRIME:
        raise MalformedError("X25519 key is not in its canonical form")


def refuse_small_order(theirs: X25519Public) -> None:
    """Raises MalformedError: one of the seven points that give everyone the secret zero."""
    x25519(_SOME_PRIVATE, theirs)


def x25519_public(ours: X25519Private) -> X25519Public:
    check_x25519_size(ours)
    return X25519Public(nacl.bindings.crypto_scalarmult_base(ours))


def x25519(ours: X25519Private, theirs: X25519Public) -> bytes:
    """The secret, 32 bytes, RFC 7748 §6.1. MalformedError: it is zero, `theirs` of small order."""
    check_x25519_size(ours)
    check_x25519_size(theirs)
    try:
        return nacl.bindings.crypto_scalarmult(ours, theirs)
    except nacl.exceptions.RuntimeError:
        raise MalformedError("X25519 key of small order") from None


def check_x25519_size(key: bytes) -> None:
    """The binding does not, and libsodium reads 32 bytes. Raises MalformedError."""
    if len(key) != X25519_SIZE:
        raise MalformedError(f"X25519 key of {len(key)} bytes, not {X25519_SIZE}")


# --- ML-KEM, FIPS 203 ------------------------------------------------------------------------


def parse_kem768(data: bytes) -> Kem768Public:
    """Raises MalformedError: wrong size, or a coefficient above the modulus (FIPS 203 §7.2)."""
    return Kem768Public(EncapsulationKey(data).raw)


def parse_kem1024(data: bytes) -> Kem1024Public:
    """Raises MalformedError: wrong size, or a coefficient above the modulus (FIPS 203 §7.2)."""
    try:
        MLKEM1024PublicKey.from_public_bytes(data)
    except ValueError:
        raise MalformedError("not an ML-KEM-1024 encapsulation key") from None
    return Kem1024Public(data)


def kem768_public(seed: KemSeed) -> Kem768Public:
    return Kem768Public(MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw())


def kem1024_public(seed: KemSeed) -> Kem1024Public:
    return Kem1024Public(MLKEM1024PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw())


def kem768_encapsulate(theirs: Kem768Public) -> tuple[bytes, bytes]:
    """Return (shared secret 32, ciphertext 1,088). Draws inside the library."""
    return EncapsulationKey(theirs).encapsulate()


def kem1024_encapsulate(theirs: Kem1024Public) -> tuple[bytes, bytes]:
    """Return (shared secret 32, ciphertext 1,568). Draws inside the library."""
    return MLKEM1024PublicKey.from_public_bytes(theirs).encapsulate()


def kem768_decapsulate(ours: KemSeed, ciphertext: bytes) -> bytes:
    """The secret, 32 bytes; of an altered ciphertext another one. MalformedError: wrong size."""
    if len(ciphertext) != KEM768_CIPHERTEXT_SIZE:
        raise MalformedError(f"ML-KEM-768 ciphertext of {len(ciphertext)} bytes")
    return MLKEM768PrivateKey.from_seed_bytes(ours).decapsulate(ciphertext)


def kem1024_decapsulate(ours: KemSeed, ciphertext: bytes) -> bytes:
    """The secret, 32 bytes; of an altered ciphertext another one. MalformedError: wrong size."""
    if len(ciphertext) != KEM1024_CIPHERTEXT_SIZE:
        raise MalformedError(f"ML-KEM-1024 ciphertext of {len(ciphertext)} bytes")
    return MLKEM1024PrivateKey.from_seed_bytes(ours).decapsulate(ciphertext)


# --- HPKE with X-Wing: RFC 9180 base mode, MLKEM768-X25519, HKDF-SHA256, ChaCha20-Poly1305 ----


def parse_xwing(data: bytes) -> XWingPublic:
    """Raises MalformedError: either half is not in its canonical form."""
    parse_kem768(data[:KEM768_PUBLIC_SIZE])
    parse_x25519(data[KEM768_PUBLIC_SIZE:])
    return XWingPublic(data)


def xwing_public(ours: XWingPrivate) -> XWingPublic:
    kem = kem768_public(KemSeed(ours[:KEM_SEED_SIZE]))
    return XWingPublic(kem + x25519_public(X25519Private(ours[KEM_SEED_SIZE:])))


def hpke_seal(theirs: XWingPublic, info: bytes, plaintext: bytes) -> bytes:
    """Encapsulation 1,120 || ciphertext || tag 16. Draws inside the library."""
    key = hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(theirs[:KEM768_PUBLIC_SIZE]),
        X25519PublicKey.from_public_bytes(theirs[KEM768_PUBLIC_SIZE:]),
    )
    return _HPKE.encrypt(plaintext, key, info)


def hpke_open(ours: XWingPrivate, info: bytes, sealed: bytes) -> bytes:
    """Raises ForgedError: it was not sealed to this key under this `info`."""
    key = hpke.MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(ours[:KEM_SEED_SIZE]),
        X25519PrivateKey.from_private_bytes(ours[KEM_SEED_SIZE:]),
    )
    try:
        return _HPKE.decrypt(sealed, key, info)
    except (InvalidTag, ValueError):
        raise ForgedError("sealed to another key, or altered") from None


# --- signatures ------------------------------------------------------------------------------


def parse_ed25519(data: bytes) -> bytes:
    """Take a public key that is a canonical point of the main subgroup.

    Raises:
        MalformedError: not 32 bytes, not on the curve, a second encoding of a point, or of
            small or mixed order. Under a key of small order one signature fits many messages.

    Spec: docs/spec/01-primitives.md §2.
    """
    if len(data) != ED25519_PUBLIC_SIZE:
        raise MalformedError(f"Ed25519 key of {len(data)} bytes, not {ED25519_PUBLIC_SIZE}")
    if not nacl.bindings.crypto_core_ed25519_is_valid_point(data):
        raise MalformedError("Ed25519 key is not a canonical point of prime order")
    return data


def ed25519_public(seed: bytes) -> bytes:
    return nacl.bindings.crypto_sign_seed_keypair(seed)[0]


def ed25519_sign(seed: bytes, message: bytes) -> bytes:
    secret = nacl.bindings.crypto_sign_seed_keypair(seed)[1]
    return nacl.bindings.crypto_sign(message, secret)[:ED25519_SIGNATURE_SIZE]


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> None:
    """As libsodium does, RFC 8032 §5.1.7. Raises ForgedError: not a signature of `message`."""
    if len(public) != ED25519_PUBLIC_SIZE or len(signature) != ED25519_SIGNATURE_SIZE:
        raise ForgedError("Ed25519 key or signature of a wrong size")
    try:
        nacl.bindings.crypto_sign_open(signature + message, public)
    except nacl.exceptions.BadSignatureError:
        raise ForgedError("Ed25519 signature does not verify") from None


def mldsa65_public(seed: bytes) -> bytes:
    return MLDSA65PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def mldsa65_sign(seed: bytes, message: bytes) -> bytes:
    """FIPS 204 §5.2, hedged: draws inside the library."""
    return MLDSA65PrivateKey.from_seed_bytes(seed).sign(message)


def mldsa65_verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Raises ForgedError: the signature is not one of `message` under `public`. FIPS 204 §5.3."""
    try:
        _mldsa65_public(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise ForgedError("ML-DSA-65 signature does not verify") from None


@lru_cache(maxsize=64)
def _mldsa65_public(public: bytes) -> MLDSA65PublicKey:
    return MLDSA65PublicKey.from_public_bytes(public)


# --- authenticated encryption ----------------------------------------------------------------


def aead_seal(key: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
    """ChaCha20-Poly1305, RFC 8439: ciphertext || tag 16. `context` is authenticated, not sent."""
    return ChaCha20Poly1305(key).encrypt(nonce, plaintext, context)


def aead_open(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    """Raises ForgedError: altered, or sealed under another key, nonce or context."""
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, context)
    except InvalidTag:
        raise ForgedError("does not authenticate") from None


# --- keys that a ratchet uses again and again --------------------------------------------------


class _CachedKey:
    """A key is its bytes; the library's object beside them is only a cache."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and same(self.raw, other.raw)

    def __hash__(self) -> int:
        return hash(self.raw)


class HeaderKey(_CachedKey):
    """A key that seals many headers. Spec: docs/spec/04-ratchet.md §3.1."""

    __slots__ = ("_cipher",)

    def __init__(self, raw: bytes) -> None:
        self.raw, self._cipher = raw, ChaCha20Poly1305(raw)

    def seal(self, nonce: bytes, header: bytes, context: bytes) -> bytes:
        return self._cipher.encrypt(nonce, header, context)

    def open(self, nonce: bytes, sealed: bytes, context: bytes) -> bytes | None:
        """The header, or None: it was sealed under another key. That is no error but a search."""
        try:
            return self._cipher.decrypt(nonce, sealed, context)
        except InvalidTag:
            return None


class AgreementKey(_CachedKey):
    """Our half of a ratchet turn. Spec: docs/spec/04-ratchet.md §4."""

    __slots__ = ()

    def public(self) -> X25519Public:
        return x25519_public(X25519Private(self.raw))

    def agree(self, theirs: bytes) -> bytes:
        """The secret, 32 bytes. MalformedError: not canonical, or of small order."""
        refuse_second_encoding(theirs)
        return x25519(X25519Private(self.raw), X25519Public(theirs))


class DecapsulationKey(_CachedKey):
    """Our half of an epoch, an ML-KEM-768 seed. Spec: docs/spec/04-ratchet.md §5.4."""

    __slots__ = ("__dict__",)

    @cached_property
    def _private(self) -> MLKEM768PrivateKey:
        return MLKEM768PrivateKey.from_seed_bytes(self.raw)

    def public(self) -> Kem768Public:
        return Kem768Public(self._private.public_key().public_bytes_raw())

    def decapsulate(self, ciphertext: bytes) -> bytes:
        """The secret, 32 bytes; of an altered ciphertext, 1,088 bytes, another one."""
        return self._private.decapsulate(ciphertext)


class EncapsulationKey(_CachedKey):
    """Their half of an epoch, imported at once: MalformedError if it is none (FIPS 203 §7.2)."""

    __slots__ = ("_public",)

    def __init__(self, raw: bytes) -> None:
        try:
            self.raw, self._public = raw, MLKEM768PublicKey.from_public_bytes(raw)
        except ValueError:
            raise MalformedError("not an ML-KEM-768 encapsulation key") from None

    def encapsulate(self) -> tuple[bytes, bytes]:
        """Return (shared secret 32, ciphertext 1,088). Draws inside the library."""
        return self._public.encapsulate()
