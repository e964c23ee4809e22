"""Chains, and the chains of post-quantum epochs. docs/spec/04-ratchet.md §2, §5.1, §5.2."""

from dataclasses import dataclass

from specpeer import crypto
from specpeer.wire import Cursor, u64

LAST_PLACE = 2**32 - 1


@dataclass
class Chain:
    key: bytes
    number: int = 0

    def step(self) -> bytes:
        """The next message's key. §2."""
        if self.number == LAST_PLACE:
            raise ValueError("the chain is full")
        both = crypto.hkdf_expand(self.key, b"doorless/1 chain", 64)
        self.key, self.number = both[:32], self.number + 1
        return both[32:]


class Epochs:
    """§5.2. The label that our next message carries is the hop's."""

    def __init__(self, seed: bytes, initiator: bool) -> None:
        self.initiator, self.heard, self.root = initiator, 1, bytes(32)
        self.ready: Chain | None = None
        self.coming: Chain | None = None
        self.next_turn = b""
        sending, receiving, self.turn = self._derive(0, seed)
        self.sending, self.receiving = sending, receiving

    def _derive(self, epoch: int, secret: bytes) -> tuple[Chain, Chain, bytes]:
        info = b"doorless/1 pq chains" + u64(epoch)
        at = Cursor(crypto.hkdf(self.root, secret, info, 128))
        self.root, initiators, responders, turn = (at.take(32) for _ in range(4))
        if self.initiator:
            return Chain(initiators), Chain(responders), turn
        return Chain(responders), Chain(initiators), turn

    def derive(self, epoch: int, secret: bytes) -> None:
        self.ready, self.coming, self.next_turn = self._derive(epoch, secret)

    def our_label_moves(self) -> None:
        assert self.ready
        self.sending, self.ready = self.ready, None

    def their_label_moves(self) -> None:
        assert self.coming
        self.receiving, self.coming = self.coming, None
        self.heard, self.turn, self.next_turn = self.heard + 1, self.next_turn, b""

    def turn_secret(self, label: int) -> bytes | None:
        """None: it is not held, or not any more."""
        return {self.heard: self.turn, self.heard + 1: self.next_turn}.get(label) or None
