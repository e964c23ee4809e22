"""The primitives that a message needs, called bare: what no code around them can beat."""

import hmac
from collections.abc import Callable
from hashlib import sha3_256
from itertools import cycle
from os import urandom
from time import process_time

import nacl.bindings
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from doorless_protocol.ratchet.header import HEADER_SIZE
from doorless_protocol.ratchet.hop import FIELD_SIZE
from doorless_protocol.ratchet.triple import BODY_OFFSET
from doorless_protocol.sizes import SIZE_CLASSES

SHA = SHA256()
KEY, NONCE, CONTEXT = urandom(32), urandom(12), urandom(65)
HEADERS = ChaCha20Poly1305(urandom(32))
OTHER = ChaCha20Poly1305(urandom(32))
HEADER, SMALL_HEADER = urandom(HEADER_SIZE), urandom(40)
SEALED_HEADER = HEADERS.encrypt(NONCE, HEADER, CONTEXT)
SEALED_SMALL_HEADER = HEADERS.encrypt(NONCE, SMALL_HEADER, CONTEXT)
AD = CONTEXT + SEALED_HEADER
TEXT = urandom(256)
PLAIN = bytes(SIZE_CLASSES[0] - BODY_OFFSET - 16)
SEALED_TEXT = ChaCha20Poly1305(KEY).encrypt(NONCE, TEXT, AD)
SEALED_PLAINS = cycle([ChaCha20Poly1305(KEY).encrypt(NONCE, PLAIN, AD) for _ in range(400)])
"""As many as the work opens: whoever opens one again and again has it in the cache."""

HOP_FIELD = urandom(FIELD_SIZE)
INFO = b"doorless/1 message" + bytes(12) + AD


def _timed(work: Callable[[], object]) -> Callable[[int], float]:
    def measure(count: int) -> float:
        started = process_time()
        for _ in range(count):
            work()
        return (process_time() - started) / count * 1e6

    return measure


def _chain() -> None:
    HKDFExpand(SHA, 64, b"doorless/1 chain").derive(KEY)


def _classic_seal() -> None:
    HKDFExpand(SHA, 64, b"doorless/1 chain").derive(KEY)
    HEADERS.encrypt(urandom(12), SMALL_HEADER, CONTEXT)
    ChaCha20Poly1305(KEY).encrypt(NONCE, TEXT, AD)


def _classic_open() -> None:
    HKDFExpand(SHA, 64, b"doorless/1 chain").derive(KEY)
    HEADERS.decrypt(NONCE, SEALED_SMALL_HEADER, CONTEXT)
    ChaCha20Poly1305(KEY).decrypt(NONCE, SEALED_TEXT, AD)


def _message_key() -> None:
    HKDFExpand(SHA, 64, b"doorless/1 chain").derive(KEY)
    HKDFExpand(SHA, 64, b"doorless/1 chain").derive(KEY)
    HKDF.extract(SHA, KEY, KEY)
    HKDFExpand(SHA, 64, INFO).derive(KEY)


def _seal() -> None:
    _message_key()
    HEADERS.encrypt(urandom(12), HEADER, CONTEXT)
    ChaCha20Poly1305(KEY).encrypt(NONCE, PLAIN, AD)


def _open() -> None:
    _message_key()
    HEADERS.decrypt(NONCE, SEALED_HEADER, CONTEXT)
    ChaCha20Poly1305(KEY).decrypt(NONCE, next(SEALED_PLAINS), AD)


THEIRS = nacl.bindings.crypto_scalarmult_base(urandom(32))


def _hkdf(info: bytes, length: int) -> bytes:
    return HKDFExpand(SHA, length, info).derive(HKDF.extract(SHA, KEY, KEY + KEY))


def _turn() -> None:
    """A key, two agreements, two roots, two header keys, one miss of the old header key."""
    ours = urandom(32)
    nacl.bindings.crypto_scalarmult_base(ours)
    for _ in range(2):
        nacl.bindings.crypto_scalarmult(ours, THEIRS)
        _hkdf(b"doorless/1 root", 96)
        ChaCha20Poly1305(KEY)
    try:
        OTHER.decrypt(NONCE, SEALED_HEADER, CONTEXT)
    except InvalidTag:
        return


def _epoch() -> None:
    """What the post-quantum ratchet needs once: a key, its import, an encapsulation and its
    opening; and on both sides two hashes, two MACs, and the keys of the next epoch."""
    ours = MLKEM768PrivateKey.from_seed_bytes(urandom(64))
    encapsulation = ours.public_key().public_bytes_raw()
    _, ciphertext = MLKEM768PublicKey.from_public_bytes(encapsulation).encapsulate()
    ours.decapsulate(ciphertext)
    for _ in range(2):
        sha3_256(encapsulation).digest()
        sha3_256(ciphertext).digest()
        hmac.digest(KEY, HOP_FIELD, "sha256")
        hmac.digest(KEY, HOP_FIELD, "sha256")
        _hkdf(b"doorless/1 hop epoch" + bytes(72), 32)
        _hkdf(b"doorless/1 hop auth" + bytes(8), 64)
        _hkdf(b"doorless/1 pq chains" + bytes(8), 128)


def _ping_pong() -> None:
    """Every message turns; an epoch takes three."""
    for _ in range(3):
        _seal()
        _open()
        _turn()
    _epoch()


def ping_pong(count: int) -> float:
    return _three(count // 3) / 3


classic_seal, classic_open = _timed(_classic_seal), _timed(_classic_open)
seal, open_, _three = _timed(_seal), _timed(_open), _timed(_ping_pong)
