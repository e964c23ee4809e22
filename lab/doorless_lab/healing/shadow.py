"""Whoever knows a conversation's first secret, or stole both sides, and follows what passes.

    stolen or computed state of the sender     repeats each seal
    ... and of the receiver                    opens each envelope, as the receiver will

The classical counterpart of the thief beside this file: nothing but Diffie-Hellman renews the keys
of such a conversation, so whoever finds the private half of each key on the wire never loses it.
"""

from collections.abc import Callable
from contextlib import suppress

from doorless_lab.products.legacy import Classical
from doorless_protocol.errors import DoorlessError
from doorless_protocol.primitives import NONCE_SIZE

Oracle = Callable[[bytes], bytes | None]
"""The private half of an X25519 key, or None who has no such machine."""


class Shadow:
    """Copies of both sides, the initiator's first."""

    def __init__(self, sides: tuple[Classical, Classical], oracle: Oracle) -> None:
        self._sides, self._oracle = list(sides), oracle

    def sees(self, sender: int, envelope: bytes) -> bytes | None:
        """What it says; None: he cannot read it."""
        receiver = self._sides[1 - sender]
        header = receiver.header(envelope)
        if header is None:
            return None
        try:
            self._sides[1 - sender], content = receiver.open(envelope)
        except DoorlessError:
            return None
        private = self._oracle(header.dh)

        def drawn(size: int) -> bytes:
            if size == NONCE_SIZE:
                return envelope[:NONCE_SIZE]
            if private is None:
                raise LookupError
            return private

        with suppress(LookupError):
            self._sides[sender], _ = self._sides[sender].seal(b"", drawn)
        return content
