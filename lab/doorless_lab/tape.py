"""A tape of everything that a device draws: recorded once, played as often as one likes.

    recorder = Recorder(secrets.token_bytes)
    with recorder.drawing():
        ...                                 # the protocol draws, and the tape holds it
    with Player(recorder.tape, keys).drawing():
        ...                                 # the same calls, the same bytes

Most randomness comes through the `random` argument. Four things are drawn inside a library
(docs/spec/01-primitives.md §1.1) and are on the tape by what came out. Played again, a signature
has to verify, a ciphertext and a seal have to open, under what the protocol asks for now: so a
tape accounts for every byte that it gives, and fits no other run.

For tests, vectors and research; the product has no way to be given a tape.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from doorless_protocol import primitives
from doorless_protocol.primitives import (
    EncapsulationKey,
    Kem768Public,
    Kem1024Public,
    KemSeed,
    XWingPrivate,
    XWingPublic,
)

RANDOM = "random"
SIGNATURE = "ML-DSA-65 signature"
KEM768 = "ML-KEM-768 ciphertext"
KEM1024 = "ML-KEM-1024 ciphertext"
SEAL = "HPKE seal"


class Draw(NamedTuple):
    """One thing that was drawn; `what` is one of the five above."""

    what: str
    data: bytes


class UnaccountedError(Exception):
    """Here the tape holds something else than is asked for."""


class Recorder:
    """Draws, and writes down what."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random
        self.tape: list[Draw] = []

    def random(self, size: int) -> bytes:
        return self._note(RANDOM, self._random(size))

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """While this lasts, what the libraries draw is on this tape."""
        with _drawing(self):
            yield

    def sign(self, seed: bytes, message: bytes) -> bytes:
        return self._note(SIGNATURE, primitives.mldsa65_sign(seed, message))

    def encapsulate768(self, theirs: Kem768Public) -> tuple[bytes, bytes]:
        secret, ciphertext = _encapsulate768(EncapsulationKey(theirs))
        return secret, self._note(KEM768, ciphertext)

    def encapsulate1024(self, theirs: Kem1024Public) -> tuple[bytes, bytes]:
        secret, ciphertext = primitives.kem1024_encapsulate(theirs)
        return secret, self._note(KEM1024, ciphertext)

    def seal(self, theirs: XWingPublic, info: bytes, plaintext: bytes) -> bytes:
        return self._note(SEAL, primitives.hpke_seal(theirs, info, plaintext))

    def _note(self, what: str, data: bytes) -> bytes:
        self.tape.append(Draw(what, data))
        return data


class Player:
    """Gives what is on a tape, in order.

    Args:
        keys: private keys by their public keys: of everybody to whom something on the tape is
            encapsulated or sealed.
    """

    def __init__(self, tape: Sequence[Draw], keys: Mapping[bytes, bytes]) -> None:
        self._tape, self._keys = tape, keys
        self._at = 0

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """While this lasts, the libraries draw from this tape."""
        with _drawing(self):
            yield

    def finish(self) -> None:
        """Raises UnaccountedError: something on the tape was not asked for."""
        if self._at != len(self._tape):
            raise UnaccountedError(f"{len(self._tape) - self._at} draws are left on the tape")

    def random(self, size: int) -> bytes:
        data = self._next(RANDOM)
        if len(data) != size:
            raise UnaccountedError(f"draw {self._at - 1}: {len(data)} bytes, asked for {size}")
        return data

    def sign(self, seed: bytes, message: bytes) -> bytes:
        signature = self._next(SIGNATURE)
        primitives.mldsa65_verify(primitives.mldsa65_public(seed), message, signature)
        return signature

    def encapsulate768(self, theirs: Kem768Public) -> tuple[bytes, bytes]:
        ciphertext = self._next(KEM768)
        return primitives.kem768_decapsulate(KemSeed(self._keys[theirs]), ciphertext), ciphertext

    def encapsulate1024(self, theirs: Kem1024Public) -> tuple[bytes, bytes]:
        ciphertext = self._next(KEM1024)
        return primitives.kem1024_decapsulate(KemSeed(self._keys[theirs]), ciphertext), ciphertext

    def seal(self, theirs: XWingPublic, info: bytes, plaintext: bytes) -> bytes:
        sealed = self._next(SEAL)
        if primitives.hpke_open(XWingPrivate(self._keys[theirs]), info, sealed) != plaintext:
            raise UnaccountedError(f"draw {self._at - 1}: the seal holds something else")
        return sealed

    def _next(self, what: str) -> bytes:
        if self._at == len(self._tape):
            raise UnaccountedError(f"the tape is at its end, asked for {what}")
        draw = self._tape[self._at]
        if draw.what != what:
            raise UnaccountedError(f"draw {self._at} is {draw.what}, asked for {what}")
        self._at += 1
        return draw.data


def keys_on(*tapes: Sequence[Draw]) -> dict[bytes, bytes]:
    """The private keys that were drawn, by their public keys: what a Player needs to open.

    Every 64 bytes may be the seed of an ML-KEM key, and every 96 those of an X-Wing key.
    """
    keys: dict[bytes, bytes] = {}
    for what, data in (draw for tape in tapes for draw in tape):
        if what == RANDOM and len(data) == primitives.KEM_SEED_SIZE:
            keys[primitives.kem768_public(KemSeed(data))] = data
            keys[primitives.kem1024_public(KemSeed(data))] = data
        elif what == RANDOM and len(data) == primitives.XWING_PRIVATE_SIZE:
            keys[primitives.xwing_public(XWingPrivate(data))] = data
    return keys


_encapsulate768 = EncapsulationKey.encapsulate

_ORIGINALS: tuple[tuple[str, Any], ...] = (
    ("mldsa65_sign", primitives.mldsa65_sign),
    ("kem768_encapsulate", primitives.kem768_encapsulate),
    ("kem1024_encapsulate", primitives.kem1024_encapsulate),
    ("hpke_seal", primitives.hpke_seal),
)


@contextmanager
def _drawing(hand: Recorder | Player) -> Iterator[None]:
    """Put `hand` in the place of the libraries, wherever the protocol reaches for them."""
    hands = {
        "mldsa65_sign": hand.sign,
        "kem768_encapsulate": hand.encapsulate768,
        "kem1024_encapsulate": hand.encapsulate1024,
        "hpke_seal": hand.seal,
    }
    places = [
        (module, name, original)
        for module_name, module in list(sys.modules.items())
        if module_name.startswith("doorless_protocol.") and module is not primitives
        for name, original in _ORIGINALS
        if getattr(module, name, None) is original
    ]

    def encapsulate(key: EncapsulationKey) -> tuple[bytes, bytes]:
        return hand.encapsulate768(Kem768Public(key.raw))

    for module, name, _ in places:
        setattr(module, name, hands[name])
    EncapsulationKey.encapsulate = encapsulate  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        EncapsulationKey.encapsulate = _encapsulate768  # type: ignore[method-assign]
        for module, name, original in places:
            setattr(module, name, original)
