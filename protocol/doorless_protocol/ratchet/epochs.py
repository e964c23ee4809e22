"""The post-quantum chains, beside those of the Double Ratchet.

A message labelled e is sealed under the chains of epoch e - 1, which come from the epoch
before and a secret of its own:

    HKDF(root, secret, label || epoch u64, 128) = root | initiator's | responder's | turn secret

Epoch 0 is seeded by the handshake, so a post-quantum key is never absent. Label 1 is the
only one that is legal as yet. Spec: docs/spec/04-ratchet.md §5.
"""

from msgspec import Struct

from doorless_protocol.errors import BrokenSessionError
from doorless_protocol.primitives import hkdf
from doorless_protocol.ratchet.chain import LAST_NUMBER, Chain

FIRST_LABEL = 1
"""Label of the messages that are sealed under epoch 0."""

_LABEL = b"doorless/1 pq chains"
_NO_ROOT = bytes(32)


class Epochs(Struct, frozen=True, array_like=True, gc=False):
    """The chains in use.

    Attributes:
        turn_secret: what a turn begun under this label mixes into the Double Ratchet's root.
    """

    label: int
    root: bytes
    turn_secret: bytes
    sending: Chain
    receiving: Chain

    @classmethod
    def start(cls, initiator: bool, seed: bytes) -> "Epochs":
        """Epoch 0. `seed` is the handshake's hop chain seed."""
        root, first, second, turn_secret = _derive(_NO_ROOT, seed, 0)
        ours, theirs = (first, second) if initiator else (second, first)
        return cls(FIRST_LABEL, root, turn_secret, Chain(ours), Chain(theirs))

    def send(self) -> tuple["Epochs", int, bytes]:
        """The value that follows, the message's index and its key.

        Raises:
            ValueError: the chain has no place left.
        """
        if self.sending.number == LAST_NUMBER:
            raise ValueError("this chain is full until the next epoch")
        chain, key = self.sending.step()
        follows = Epochs(self.label, self.root, self.turn_secret, chain, self.receiving)
        return follows, self.sending.number, key

    def turn_secret_of(self, label: int) -> bytes:
        """Raises BrokenSessionError: no chain can begin under this label now."""
        check_label(label, self.label)
        return self.turn_secret

    def hear(self, label: int, index: int, gap: int) -> tuple["Epochs", list[bytes], bytes]:
        """Pass over `gap` messages: what follows, their keys, and the key of this message.

        Raises:
            BrokenSessionError: the label or the index does not fit the gap.
        """
        chain = self.receiving
        check_label(label, self.label)
        if index != chain.number + gap:
            raise BrokenSessionError("the post-quantum index does not fit the gap")
        passed: list[bytes] = []
        if gap:
            chain, passed = chain.walk(gap)
        chain, key = chain.step()
        follows = Epochs(self.label, self.root, self.turn_secret, self.sending, chain)
        return follows, passed, key

    def __repr__(self) -> str:
        return f"Epochs(label={self.label})"


def check_label(label: int, ours: int) -> None:
    """Raises BrokenSessionError: an epoch outside the window, which is one wide as yet."""
    if label != ours:
        raise BrokenSessionError(f"label {label} cannot follow {ours}")


def _derive(root: bytes, secret: bytes, epoch: int) -> tuple[bytes, bytes, bytes, bytes]:
    out = hkdf(root, secret, _LABEL + epoch.to_bytes(8, "big"), 128)
    return out[:32], out[32:64], out[64:96], out[96:]
