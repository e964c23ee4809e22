"""One side, as the model sees it: the hop and the epoch chains, stripped of everything else.

What a session does with them on seal and open is done here with the very functions of the
product. Left out are the Double Ratchet, the encryption of the message (a field arrives as it
left, or the adversary holds that message's key and put another one in) and the place in a
chain: a chain stands for all its messages, so however many were sent, lost or passed over, it
is the same state. That is why the model is finite and exhausts every number of messages.
"""

from typing import NamedTuple

from msgspec import Struct

from doorless_lab.hop_model.symbolic import Coins, SymbolicDecapsulationKey, table
from doorless_protocol.primitives import KemSeed
from doorless_protocol.ratchet import hop
from doorless_protocol.ratchet.chain import Chain
from doorless_protocol.ratchet.epochs import Epochs
from doorless_protocol.ratchet.triple import hear_hop

INITIATOR, RESPONDER = 0, 1
NAMES = "initiator", "responder"
IDENTITY = KemSeed(Coins("identity").draw(64))
"""The initiator's KEM seed, which the responder knows the public half of."""


class Message(NamedTuple):
    """A message on its way, and beside it what only the model knows: the key that sealed it."""

    sender: int
    label: int
    field: bytes
    key: bytes
    turn_secret: bytes

    def __repr__(self) -> str:
        kind = {hop.NOTHING: "nothing", hop.EK: "EK", hop.CT: "CT"}[self.field[0]]
        return f"{kind} labelled {self.label} of the {NAMES[self.sender]}"


class Party(Struct, frozen=True):
    """`draws` counts what was drawn, so that a second draw is never the first one again."""

    hop: hop.Hop
    epochs: Epochs
    draws: int = 0


class DisagreementError(Exception):
    """The two sides hold different keys for one message."""


def meet() -> tuple[Party, Party]:
    """As a handshake leaves them."""
    seed, chain = Coins("handshake").draw(32), Coins("chain").draw(32)
    public = SymbolicDecapsulationKey(IDENTITY).public()
    return (
        Party(hop.start_initiator(seed), Epochs.start(True, chain)),
        Party(hop.start_responder(seed, public), Epochs.start(False, chain)),
    )


def send(side: int, party: Party) -> tuple[Party, Message]:
    """What follows a seal, and the message.

    Raises:
        ValueError: the last epoch.
    """
    table.coins = coins = Coins(f"{NAMES[side]} {party.draws}")
    state, field, secret = party.hop.send(coins.draw)
    epochs = party.epochs if secret is None else party.epochs.add(state.epoch, secret)
    key = epochs.send()[2]
    turn_secret = epochs.turn_secret_of(state.epoch)
    message = Message(side, state.epoch, field, key, turn_secret)
    return Party(state, epochs, party.draws + coins.drawn), message


def hear(party: Party, message: Message) -> Party:
    """What follows an open.

    Raises:
        DoorlessError: refused.
        DisagreementError: the key to open it with is not the key that sealed it.
    """
    epochs = party.epochs
    if message.label >= epochs.epoch.heard:
        turn_secret = epochs.turn_secret_of(message.label)
        begun = epochs.epoch.coming if message.label > epochs.epoch.heard else epochs.receiving.key
        followed, _, key = epochs.hear(message.label, 0, 0)
        if (key, turn_secret) != (message.key, message.turn_secret):
            raise DisagreementError(f"no two keys of one message: {message}")
        epochs = Epochs(followed.epoch, followed.sending, Chain(begun))
    state, epochs = hear_hop(party.hop, epochs, message.label, message.field, IDENTITY)
    return Party(state, epochs, party.draws)
