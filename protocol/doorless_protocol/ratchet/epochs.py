"""The post-quantum chains, beside those of the Double Ratchet.

A message labelled e is sealed under the chains of epoch e - 1, which come from the epoch
before and a secret that the hop agreed on:

    HKDF(root, K_e, label || epoch u64, 128) = root | initiator's | responder's | turn secret

Epoch 0 is seeded by the handshake, so a post-quantum key is never absent. The two sides move on
one after the other, so for a while one speaks in the next epoch and hears in this one:

    settled ── derive, ANSWERING ──► ready, coming ── their label moves ──► settled
       └────── derive, our label moves ──► coming ─── their label moves ──► settled

Spec: docs/spec/04-ratchet.md §5.1, docs/spec/04-ratchet.md §5.2.
"""

from msgspec import Struct
from msgspec.structs import replace

from doorless_protocol.errors import BrokenSessionError
from doorless_protocol.primitives import hkdf
from doorless_protocol.ratchet.chain import Chain, check_room

FIRST_LABEL = 1
"""Label of the messages that are sealed under epoch 0."""

_LABEL = b"doorless/1 pq chains"
_NO_ROOT = bytes(32)


class Epoch(Struct, frozen=True, array_like=True, gc=False):
    """What only a new epoch, or a label that moves, changes. Empty bytes: there is none.

    Attributes:
        initiator: whether the initiator's chain is ours to send in.
        heard: the newest label of theirs that we opened.
        root: of the newest epoch.
        turn_secret: what a turn begun under the label `heard` mixes into the Double Ratchet.
        next_turn_secret: the same of label `heard + 1`.
        ready: our chain of the next epoch, until our label moves.
        coming: their chain of the next epoch, until their label moves.
    """

    initiator: bool
    heard: int
    root: bytes
    turn_secret: bytes
    next_turn_secret: bytes = b""
    ready: bytes = b""
    coming: bytes = b""

    def __repr__(self) -> str:
        return f"Epoch(heard={self.heard})"


class Epochs(Struct, frozen=True, array_like=True, gc=False):
    """The chains in use."""

    epoch: Epoch
    sending: Chain
    receiving: Chain

    @classmethod
    def start(cls, initiator: bool, seed: bytes) -> "Epochs":
        """Epoch 0. `seed` is the handshake's hop chain seed."""
        root, ours, theirs, turn_secret = _derive(_NO_ROOT, seed, 0, initiator)
        return cls(Epoch(initiator, FIRST_LABEL, root, turn_secret), Chain(ours), Chain(theirs))

    def add(self, epoch: int, secret: bytes) -> "Epochs":
        """With the chains of `epoch`, which K_e `secret` begins. Nobody speaks in them yet."""
        held = self.epoch
        root, ours, theirs, turn_secret = _derive(held.root, secret, epoch, held.initiator)
        added = replace(held, root=root, next_turn_secret=turn_secret, ready=ours, coming=theirs)
        return Epochs(added, self.sending, self.receiving)

    def speak(self) -> "Epochs":
        """Our label moves: from now on we send in the chain that was ready."""
        return Epochs(replace(self.epoch, ready=b""), Chain(self.epoch.ready), self.receiving)

    def send(self) -> tuple["Epochs", int, bytes]:
        """The value that follows, the message's index and its key.

        Raises:
            ValueError: the chain has no place left.
        """
        check_room(self.sending.number)
        chain, key = self.sending.step()
        return Epochs(self.epoch, chain, self.receiving), self.sending.number, key

    def turn_secret_of(self, label: int) -> bytes:
        """What a chain that begins under this label mixes in.

        Raises:
            BrokenSessionError: no chain can begin under this label now.
        """
        epoch = self.epoch
        check_label(label, epoch.heard, epoch.next_turn_secret)
        return epoch.turn_secret if label == epoch.heard else epoch.next_turn_secret

    def hear(
        self, label: int, index: int, gap: int
    ) -> tuple["Epochs", list[tuple[int, bytes]], bytes]:
        """Pass over `gap` messages: what follows, (label, key) of each, and this message's key.

        Raises:
            BrokenSessionError: the label or the index does not fit the gap.

        Spec: docs/spec/04-ratchet.md §7.
        """
        epoch, chain = self.epoch, self.receiving
        passed: list[tuple[int, bytes]] = []
        if label == epoch.heard:
            check_index(index, chain.number + gap)
        else:
            check_label(label, epoch.heard, epoch.coming)
            check_tail(gap - index)
            passed = [(epoch.heard, key) for key in chain.walk(gap - index)[1]]
            chain, gap = Chain(epoch.coming), index
            epoch = replace(
                epoch,
                heard=label,
                turn_secret=epoch.next_turn_secret,
                next_turn_secret=b"",
                coming=b"",
            )
        if gap:
            chain, keys = chain.walk(gap)
            passed += [(label, key) for key in keys]
        chain, key = chain.step()
        return Epochs(epoch, self.sending, chain), passed, key

    def __repr__(self) -> str:
        return f"Epochs(heard={self.epoch.heard})"


def check_label(label: int, heard: int, coming: bytes) -> None:
    """Raises BrokenSessionError: neither the label heard last, nor the next one when it may come.

    Args:
        coming: empty as long as it may not.
    """
    if label != heard and (label != heard + 1 or not coming):
        raise BrokenSessionError(f"label {label} cannot follow {heard}")


def check_index(index: int, expected: int) -> None:
    """Both ratchets tell of the same gap. Raises BrokenSessionError."""
    if index != expected:
        raise BrokenSessionError("the post-quantum index does not fit the gap")


def check_tail(tail: int) -> None:
    """The new epoch's messages are among those passed over. Raises BrokenSessionError."""
    if tail < 0:
        raise BrokenSessionError("the post-quantum index goes beyond the gap")


def _derive(
    root: bytes, secret: bytes, epoch: int, initiator: bool
) -> tuple[bytes, bytes, bytes, bytes]:
    """Root, our chain, their chain, turn secret."""
    out = hkdf(root, secret, _LABEL + epoch.to_bytes(8, "big"), 128)
    ours, theirs = (out[32:64], out[64:96]) if initiator else (out[64:96], out[32:64])
    return out[:32], ours, theirs, out[96:]
