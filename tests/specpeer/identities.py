"""Accounts, devices and their keys. docs/spec/02-identities.md §1; words: BIP-39."""

from dataclasses import dataclass

from specpeer import crypto
from specpeer.crypto import Draws, malformed, sha256
from specpeer.signing import Signer


def seed_of(words: list[str], english: list[str]) -> bytes:
    """The 32 bytes that 24 words say; `english` is BIP-39's list of 2,048."""
    if len(words) != 24 or not set(words) <= set(english):
        raise malformed("not 24 words of the list")
    bits = 0
    for word in words:
        bits = bits << 11 | english.index(word)
    seed = (bits >> 8).to_bytes(32, "big")
    if sha256(seed)[0] != bits & 0xFF:
        raise malformed("the words do not fit each other")
    return seed


def account_signer(recovery_seed: bytes) -> Signer:
    """§1.2."""
    return Signer(crypto.hkdf_expand(recovery_seed, b"doorless/1 account key", 64))


def account_id(key: bytes) -> bytes:
    return sha256(b"doorless/1 account id" + key)


def conversation_id(one: bytes, other: bytes) -> bytes:
    return sha256(b"doorless/1 conversation" + min(one, other) + max(one, other))


@dataclass
class Device:
    """The private keys of one device. §1.3."""

    id: bytes
    mailbox: bytes
    signer: Signer
    identity: bytes
    identity_kem: bytes

    @classmethod
    def draw(cls, draws: Draws) -> "Device":
        device, mailbox = draws.random(16), draws.random(16)
        return cls(device, mailbox, Signer(draws.random(64)), draws.random(32), draws.random(64))
