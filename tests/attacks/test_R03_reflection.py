from random import Random as Seeded

import pytest
from msgspec.structs import replace

from doorless_lab.pair import Device, Talker, meet
from doorless_protocol.errors import ForgedError

NOW = 1_800_000_000


@pytest.mark.attack(
    "R03",
    "an envelope sent back to its sender does not open, even with the keys of the other direction",
    weaken={"doorless_protocol.first_contact.contexts": lambda id_, *_: (id_, id_)},
)
def test_a_reflected_envelope_does_not_open() -> None:
    random = Seeded(3).randbytes
    alice, bob = meet(*(Device.draw(name, NOW, random) for name in ("alice", "bob")), NOW, random)
    held = alice.session
    envelope = alice.says(b"my own words")
    with pytest.raises(ForgedError):
        alice.hears(envelope)
    mirror = Talker(replace(held, ratchet=_mirrored(held.ratchet)), random, NOW, alice.identity)
    with pytest.raises(ForgedError):
        mirror.hears(envelope)
    assert bob.hears(envelope) == b"my own words"


def _mirrored(ratchet):
    """As if both directions shared their keys: the direction in the context is what is left."""
    double, epochs = ratchet.double, ratchet.epochs
    keys = replace(double.keys, in_key=double.keys.out_key, theirs=double.keys.public)
    heard = replace(epochs.epoch, heard=ratchet.hop.epoch, coming=b"")
    return replace(
        ratchet,
        double=replace(double, keys=keys, receiving=double.sending),
        epochs=replace(epochs, epoch=heard, receiving=epochs.sending),
    )
