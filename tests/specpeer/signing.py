"""Hybrid signatures. docs/spec/01-primitives.md §3."""

from dataclasses import dataclass

from specpeer import crypto
from specpeer.crypto import Draws
from specpeer.wire import lp8

KEY, SIGNATURE = 1984, 3373
VERSION_AND_SUITE = b"\x01\x01"


@dataclass
class Signer:
    """`seeds`: Ed25519 32 || ML-DSA-65 32."""

    seeds: bytes

    @property
    def key(self) -> bytes:
        return crypto.ed25519_public(self.seeds[:32]) + crypto.mldsa_public(self.seeds[32:])

    def sign(self, label: str, signed: bytes, draws: Draws) -> bytes:
        message = lp8(label.encode()) + self.key + signed
        classical = crypto.ed25519_sign(self.seeds[:32], message)
        return classical + draws.sign_mldsa(self.seeds[32:], message)


def parse_key(key: bytes) -> bytes:
    if len(key) != KEY:
        raise crypto.malformed(f"verifying key of {len(key)} bytes")
    crypto.parse_ed25519(key[:32])
    return key


def verify(key: bytes, label: str, signed: bytes, signature: bytes) -> None:
    if len(signature) != SIGNATURE:
        raise crypto.forged(f"signature of {len(signature)} bytes")
    message = lp8(label.encode()) + key + signed
    crypto.ed25519_verify(key[:32], message, signature[:64])
    crypto.mldsa_verify(key[32:], message, signature[64:])
