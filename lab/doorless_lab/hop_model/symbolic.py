"""A key encapsulation that keeps every rule of ML-KEM-768 and computes nothing.

It stands in for `DecapsulationKey` and `EncapsulationKey` of the hop while a model is explored.
Keys, secrets and ciphertexts have their real sizes and are hashes of what they are made of:
equal where they would be equal, else different. A ciphertext under another key gives another
secret, never an error. Anything of 1,184 bytes is a key: the model refuses nothing that only
the library's check of a key would refuse.

Secrets can be computed from a ciphertext here. No model's thief does: he has the functions
of the protocol, and what he stole.
"""

from contextlib import AbstractContextManager
from unittest.mock import patch

from doorless_protocol.primitives import sha256

KEY_SIZE, CIPHERTEXT_SIZE = 1184, 1088


def digest(label: str, *parts: bytes) -> bytes:
    return sha256(label.encode() + b"".join(len(part).to_bytes(4, "big") + part for part in parts))


class Coins:
    """What a party draws: its n-th draw is the same in every order, and no other's."""

    def __init__(self, owner: str) -> None:
        self._owner = owner.encode()
        self.drawn = 0

    def draw(self, size: int) -> bytes:
        self.drawn += 1
        block = digest("draw", self._owner, self.drawn.to_bytes(4, "big"))
        return (block * (size // len(block) + 1))[:size]


class _Table:
    """Whose coins the next encapsulation takes: it draws inside the library in the real one."""

    coins = Coins("nobody")


table = _Table()


class SymbolicDecapsulationKey:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def public(self) -> bytes:
        return digest("key", self.raw).ljust(KEY_SIZE, b"k")

    def decapsulate(self, ciphertext: bytes) -> bytes:
        public, coin = self.public(), ciphertext[:32]
        if ciphertext == _ciphertext(public, coin):
            return digest("secret", public, coin)
        return digest("rejected", self.raw, ciphertext)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SymbolicDecapsulationKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)


class SymbolicEncapsulationKey:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def check(self) -> None:
        """Any bytes are a key."""

    def encapsulate(self) -> tuple[bytes, bytes]:
        coin = table.coins.draw(32)
        return digest("secret", self.raw, coin), _ciphertext(self.raw, coin)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SymbolicEncapsulationKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)


def _ciphertext(public: bytes, coin: bytes) -> bytes:
    return (coin + digest("ciphertext", public, coin)).ljust(CIPHERTEXT_SIZE, b"c")


def symbolic_kem() -> AbstractContextManager[object]:
    """The hop computes with symbols inside this block."""
    return patch.multiple(
        "doorless_protocol.ratchet.hop",
        DecapsulationKey=SymbolicDecapsulationKey,
        EncapsulationKey=SymbolicEncapsulationKey,
    )
