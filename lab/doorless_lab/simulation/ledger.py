"""Keeps account of every use of a key while somebody watches.

Two entries of one run must never agree in their place and differ in what was sealed there:

- (key, nonce) of the authenticated encryption, for everything that is sealed at all;
- (session, sending chain, number), for every envelope that leaves a device.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from doorless_lab.simulation.promises import PromiseError
from doorless_protocol import primitives
from doorless_protocol.primitives import Random
from doorless_protocol.session import Session

Place = tuple[bytes, bytes, int]

_CIPHER = "ChaCha20Poly1305"


class Ledger:
    """
    Attributes:
        uses: seals that were entered.
        knows_copies: a copy of a profile was used that was made since its last sign-in. Nobody
            can tell such a one, and it seals in places that were used: under keys of their own,
            by their nonces. Places are not compared from then on; (key, nonce) still is.
    """

    def __init__(self) -> None:
        self.uses, self.knows_copies = 0, False
        self._sealed: dict[tuple[bytes, bytes], int] = {}
        self._places: dict[bytes, Place] = {}
        self._left: dict[Place, bytes] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Whatever this process seals meanwhile is entered."""
        ledger, cipher, seal = self, vars(primitives)[_CIPHER], Session.seal

        class Watched:
            def __init__(self, key: bytes) -> None:
                self._key, self._cipher = bytes(key), cipher(key)

            def encrypt(self, nonce: bytes, data: bytes, context: bytes | None) -> bytes:
                ledger.use(self._key, nonce, hash((data, context)))
                return bytes(self._cipher.encrypt(nonce, data, context))

            def __getattr__(self, name: str) -> Any:
                return getattr(self._cipher, name)

        def watched(session: Session, content: bytes, random: Random) -> tuple[Session, bytes]:
            following, envelope = seal(session, content, random)
            ledger._places[envelope] = place_of(following)
            return following, envelope

        with patch.object(primitives, _CIPHER, Watched), patch.object(Session, "seal", watched):
            yield

    def use(self, key: bytes, nonce: bytes, what: int) -> None:
        """Raises PromiseError: the two sealed something else before."""
        self.uses += 1
        if self._sealed.setdefault((key, nonce), what) != what:
            raise PromiseError("a nonce was used twice under one key")

    def leaves(self, envelope: bytes) -> None:
        """Raises PromiseError: another envelope left from the same place of the same chain."""
        place = self._places.get(envelope)
        if self.knows_copies or place is None:
            return
        if self._left.setdefault(place, envelope) != envelope:
            raise PromiseError("two envelopes left from one place of a sending chain")


def place_of(following: Session) -> Place:
    """Of the envelope just sealed: the session that follows tells its chain and number."""
    double = following.ratchet.double
    if double.sending is None:
        raise ValueError("nothing was sealed")
    return following.id, bytes(double.keys.public), double.sending.number
